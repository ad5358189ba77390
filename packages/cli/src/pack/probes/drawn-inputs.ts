import type { Manifest, Pipeline, TensorSpec } from '@homing/protocol'
import { HomingError, typedArrays } from '@homing/protocol'

import { drawnCases, maxDrawnBytes } from '../../config.ts'
import { numberArray } from './number-array.ts'
import { drawnColumns } from './drawn-columns.ts'
import type { DrawnInputs } from './noticed-channels.ts'
import type { ProbesConfig } from './probes-config.ts'
import { seededRandom } from '@homing/sdk/node'
import type { Tensors } from './tensor-set.ts'

/** Size of a dynamic dimension behind the first where the publisher says none. */
const defaultDim = 8

/** Rows of the last drawn cases: backends have other kernels for many rows than for one. */
const manyRows = 4

/** What draws inputs. */
type Drawing = Pick<Manifest, 'signature' | 'pipeline'> & {
  readonly config: ProbesConfig
  /** For inputs that hold indices: the number of rows that they choose from. */
  readonly indexLimits: ReadonlyMap<string, number>
}

/**
 * Draws inputs of the kind that the pipeline gives: columns of tables by their features, pixels within their range, other
 * numbers about zero. Each is a mixture of waves and noise of its own, so that over the cases every channel of a model has
 * inputs that it answers to.
 */
export function drawnInputs({ signature, pipeline, config, indexLimits }: Drawing): DrawnInputs {
  const random = seededRandom(config.seed ?? 1)
  const asked = config.cases ?? drawnCases
  const draw = (rows: number): Tensors => {
    const sizes = new Map<string, number>()
    return Object.fromEntries(
      signature.inputs.map((spec) => {
        const shape = spec.shape.map((dim, axis) => {
          if (typeof dim === 'number') return dim
          const size = sizes.get(dim) ?? (axis === 0 ? rows : (config.dims?.[dim] ?? defaultDim))
          sizes.set(dim, size)
          return size
        })
        return [spec.name, { dtype: spec.dtype, shape, data: drawData(spec, shape) }]
      }),
    ) as Tensors
  }
  const drawData = (spec: TensorSpec, shape: readonly number[]) => {
    const count = shape.reduce((product, size) => product * size, 1)
    const { dtype, name } = spec
    if (dtype === 'string' || dtype === 'float16')
      throw new HomingError(
        'CONFIG_INVALID',
        `Inputs of ${dtype} such as "${name}" are not drawn: give golden inputs, "probes": { "golden": <file> }`,
      )
    const input = pipeline?.inputs.find(({ tensor }) => tensor === name)
    if (input?.kind === 'table') return drawnColumns(input, count, random)
    const wave = drawWave(count, random)
    switch (dtype) {
      case 'float32':
      case 'float64': {
        const { middle, reach } = input ? pixelRange(input) : { middle: 0, reach: 1 }
        const limit = input ? 1 : Infinity
        const placed = wave.map((value) => middle + reach * Math.max(-limit, Math.min(limit, value)))
        return new typedArrays[dtype](placed)
      }
      case 'bool':
        return Uint8Array.from(wave, (value) => Number(value > 0))
      default: {
        const limit = indexLimits.get(name) ?? 2
        const whole = Array.from(wave, () => Math.floor(random() * limit))
        return numberArray(dtype, whole)
      }
    }
  }
  const cases = [draw(1)]
  while (cases.length < asked) {
    const isTail = cases.length >= Math.ceil((asked * 2) / 3)
    const next = draw(isTail ? manyRows : 1)
    const isTooMuch = byteSize([...cases, next]) > maxDrawnBytes && cases.length >= 2
    if (isTooMuch && config.cases === undefined) break
    cases.push(next)
  }
  return { cases, more: () => draw(1) }
}

/** A wave of a frequency and share of its own under noise, about -1.5 to 1.5. */
function drawWave(count: number, random: () => number): Float64Array {
  const [frequency, phase, share] = [2 ** (-7 * random()) * Math.PI, random() * 2 * Math.PI, random()]
  return Float64Array.from({ length: count }, (_, at) => {
    const noise = random() + random() + random() - 1.5
    return share * 1.2 * Math.sin(at * frequency + phase) + (1 - share) * 1.2 * noise
  })
}

/** What becomes of pixels from 0 to 255 on the way through the steps of an image input. */
function pixelRange({ steps }: Extract<Pipeline['inputs'][number], { kind: 'image' }>): {
  middle: number
  reach: number
} {
  let [low, high] = [0, 255]
  for (const step of steps) {
    if (step.op === 'scale') [low, high] = [low * step.by, high * step.by]
    if (step.op === 'normalise')
      [low, high] = [
        Math.max(...step.mean.map((mean, at) => (low - mean) / (step.std[at] ?? step.std[0]!))),
        Math.min(...step.mean.map((mean, at) => (high - mean) / (step.std[at] ?? step.std[0]!))),
      ]
  }
  return { middle: (low + high) / 2, reach: Math.abs(high - low) / 2 }
}

function byteSize(cases: readonly Tensors[]): number {
  const tensors = cases.flatMap((inputs) => Object.values(inputs))
  return tensors.reduce((sum, { data }) => sum + (ArrayBuffer.isView(data) ? data.byteLength : 0), 0)
}
