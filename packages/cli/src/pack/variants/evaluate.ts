import { HomingError, type Signature } from '@homing/protocol'

import type { PackedModel } from '../packed-model.ts'
import type { TensorCase } from '../probes/tensor-set.ts'

/** What a parameter set is worth on labelled examples. */
export interface Evaluation {
  /** `accuracy`: share of rows whose label is right. `mae`: mean distance from the right value. */
  readonly metric: 'accuracy' | 'mae'
  readonly value: number
  readonly examples: number
}

/**
 * Measures a model on labelled examples, by `output`: where its rows have several elements the greatest is the label, else the
 * element is a value.
 * @throws HomingError DATA_INVALID when there is not one target for each row.
 */
export async function evaluate(
  model: PackedModel,
  examples: readonly TensorCase[],
  output: string,
  { outputs }: Signature,
): Promise<Evaluation> {
  const classes = outputs.find(({ name }) => name === output)?.shape.at(-1) ?? 1
  const isClassifier = classes !== 1
  let [sum, count] = [0, 0]
  for (const [index, { inputs, targets = [] }] of examples.entries()) {
    const { data, shape } = (await model.run(inputs))[output]!
    const width = isClassifier ? (shape.at(-1) ?? 1) : 1
    const rows = data.length / width
    if (targets.length !== rows)
      throw new HomingError(
        'DATA_INVALID',
        `Case ${index + 1} of the examples has ${targets.length} targets for ${rows} rows of "${output}"`,
      )
    targets.forEach((target, row) => {
      const numbers = Array.from(data.slice(row * width, (row + 1) * width) as ArrayLike<number>, Number)
      sum += isClassifier ? Number(greatest(numbers) === target) : Math.abs(numbers[0]! - target)
    })
    count += rows
  }
  return { metric: isClassifier ? 'accuracy' : 'mae', value: sum / Math.max(1, count), examples: count }
}

const greatest = (numbers: readonly number[]): number => numbers.indexOf(Math.max(...numbers))
