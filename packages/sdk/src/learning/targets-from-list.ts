import type { Manifest, OutputReading, Tensor } from '@homing/protocol'

import { requireTraining } from './require-training.ts'
import { targetsInvalid } from './targets-invalid.ts'

/** Most labels that a message lists. */
const listedLabels = 20

/**
 * The targets of examples that have one label, class index or number each. Labels are those that the pipeline reads
 * from the output; numbers of a regression are in the unit in which it reads them.
 * @throws HomingError TARGETS_INVALID
 */
export function targetsFromList(manifest: Manifest, list: readonly (string | number)[]): Tensor {
  const { targets, recipe } = requireTraining(manifest)
  const { dtype, shape } = targets
  const reading = readingOf(manifest)
  const dims = [list.length, ...shape.slice(1)]
  const width = shape.slice(1).reduce((product, dim) => product * dim, 1)
  if (dtype === 'int32' && width === 1)
    return { dtype, shape: dims, data: Int32Array.from(list, classReader(reading, targets.classes)) }
  if (dtype !== 'float32')
    throw targetsInvalid(`Pass targets of ${dtype} as a tensor of [${dims.join(', ')}].`)
  const data = new Float32Array(list.length * width)
  if (recipe.loss.kind === 'softmax-cross-entropy') {
    const classOf = classReader(reading, width)
    for (const [example, value] of list.entries()) data[example * width + classOf(value, example)] = 1
  } else if (width === 1) {
    data.set(list.map(numberReader(reading)))
  } else {
    throw targetsInvalid(`An example has ${width} targets: pass them as a tensor of [${dims.join(', ')}].`)
  }
  return { dtype, shape: dims, data }
}

type ValueReader = (value: string | number, example: number) => number

/** Without `classes` any whole number will do: a loss of the publisher's own says what it means. */
function classReader(reading: OutputReading | undefined, classes: number | undefined): ValueReader {
  const [least, most] = classes === undefined ? [-(2 ** 31), 2 ** 31 - 1] : [0, classes - 1]
  const wanted = classes === undefined ? 'a whole number' : `a class from 0 to ${most}`
  const labels = reading?.kind === 'classification' ? reading.labels : []
  return (value, example) => {
    const index = typeof value === 'number' ? value : labels.includes(value) ? labels.indexOf(value) : NaN
    if (Number.isInteger(index) && index >= least && index <= most) return index
    const listed = labels.slice(0, listedLabels).join(', ')
    const names = listed ? `, or one of the labels ${listed}` : ''
    throw targetsInvalid(
      `The target of example ${example} must be ${wanted}${names}; it is ${JSON.stringify(value)}.`,
      { example },
    )
  }
}

function numberReader(reading: OutputReading | undefined): ValueReader {
  const { scale = 1, offset = 0 } = reading?.kind === 'regression' ? reading : {}
  return (value, example) => {
    if (typeof value === 'number') return (value - offset) / scale
    throw targetsInvalid(
      `The target of example ${example} must be a number; it is ${JSON.stringify(value)}.`,
      {
        example,
      },
    )
  }
}

/** How the pipeline reads the output that the loss reads. */
function readingOf(manifest: Manifest): OutputReading | undefined {
  const { pipeline, signature } = manifest
  const output = requireTraining(manifest).recipe.output ?? signature.outputs[0]!.name
  return pipeline?.outputs.find(({ tensor }) => tensor === output)
}
