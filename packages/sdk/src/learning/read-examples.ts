import { checkInputs, compilePipeline } from '@homing/pipeline'
import { HomingError, type Manifest, type Tensor, type TensorSpec } from '@homing/protocol'

import { readInputs } from '../inputs/read-inputs.ts'
import { readTargets } from './read-targets.ts'
import { requireTraining, untrainable } from './require-training.ts'
import { takeRows } from './take-rows.ts'
import type { Batch, Tensors } from './trainer.ts'
import type { ExampleValues } from './training-api.ts'

/** Checked examples: tensors with the examples along the first axis. */
export interface Examples {
  readonly count: number
  /** The examples of a step. */
  readonly batch: (indices: Uint32Array) => Batch
}

/**
 * Makes tensors of examples as a prediction does of its inputs, and checks all before the first step.
 * @throws HomingError TRAINING_UNAVAILABLE, PIPELINE_INVALID, INPUT_*, TARGETS_INVALID.
 */
export function readExamples(manifest: Manifest, { inputs, targets }: ExampleValues): Examples {
  const { pipeline, signature } = manifest
  const tensors = compilePipeline(pipeline, signature).encode(readInputs(inputs))
  const specs = exampleSpecs(manifest)
  checkInputs({ inputs: specs, outputs: signature.outputs }, tensors)
  const count = tensors[specs[0]!.name]!.shape[0]!
  if (count === 0) throw new HomingError('INPUT_SHAPE', 'There are no examples to train on.')
  const goals = readTargets(manifest, targets, count)
  const rowsOf = (indices: Uint32Array): Tensors =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]): [string, Tensor] => [name, takeRows(tensor, indices)]),
    )
  return { count, batch: (indices) => ({ inputs: rowsOf(indices), targets: takeRows(goals, indices) }) }
}

/** The model's inputs with any number of examples in the place of a batch. */
function exampleSpecs(manifest: Manifest): TensorSpec[] {
  const { inputs, recipe, targets } = requireTraining(manifest)
  const fixed = [...inputs, targets].find(({ shape }) => shape[0] !== recipe.batch)
  if (fixed) throw untrainable(manifest, `has no axis of examples in "${fixed.name}"`)
  return inputs.map(({ name, dtype, shape }) => {
    const finite = manifest.signature.inputs.some((input) => input.name === name && input.finite === true)
    return { name, dtype, shape: ['examples', ...shape.slice(1)], finite }
  })
}
