import { type Explanation, HomingError, type Manifest, type Signature, type Tensor } from '@homing/protocol'

import type { EngineSession } from '../engine.ts'
import type { GradientSource, PointLayout } from './gradient-source.ts'
import type { Vectors } from './integrated-gradients.ts'

/** Gradients from the explanation graph of a package. */
export function graphGradients(explanation: Explanation, session: EngineSession): GradientSource {
  const { inputs, output, selection, gradients } = explanation
  return {
    output: output.name,
    inputs: gradients.map(({ input }) => input),

    layoutFor(point) {
      const counts = inputs.map(({ name, shape }) => pointsIn(name, shape, point[name]!.shape))
      const points = counts[0]!
      if (counts.some((count) => count !== points))
        throw misfit(`takes ${counts.join(' and ')} points under its inputs at once`)
      return {
        points,
        shapes: Object.fromEntries(inputs.map(({ name, shape }) => [name, shape])),
      } satisfies PointLayout
    },

    async gradientsAt(points, weights) {
      const size = output.shape.reduce((product, dim) => product * dim, 1)
      if (size % weights.length !== 0) throw misfit(`gives ${size} numbers for answers of ${weights.length}`)
      const results = await session.run({ ...points, [selection]: selectionOf(output, size, weights) })
      return Object.fromEntries(
        gradients.map(({ input, output }) => [input, numbers(results[output]!)]),
      ) satisfies Vectors
    },
  }
}

/** What the explanation graph takes and gives, as the signature of a model of its own. */
export function explanationSignature({ inputs, output, selection, gradients }: Explanation): Signature {
  const slopes = gradients.map((gradient) => {
    const { dtype, shape } = inputs.find(({ name }) => name === gradient.input) ?? output
    return { name: gradient.output, dtype, shape }
  })
  return { inputs: [...inputs, { ...output, name: selection }], outputs: [output, ...slopes] }
}

/** The manifest under which an engine loads the explanation graph in the place of the model's own. */
export function asExplained(manifest: Manifest, explanation: Explanation): Manifest {
  return { ...manifest, graph: explanation.graph, signature: explanationSignature(explanation) }
}

/** How many inputs of shape `one` lie along the first dimension of `shape`. */
function pointsIn(name: string, shape: readonly number[], one: readonly number[]): number {
  const points = one.length > 0 ? shape[0]! / one[0]! : 1
  const alike = shape.length === one.length && one.every((dim, axis) => axis === 0 || dim === shape[axis])
  if (alike && Number.isInteger(points) && points > 0) return points
  throw new HomingError(
    'INPUT_SHAPE',
    `Input "${name}" has the shape [${one.join(', ')}], and explanations take points out of [${shape.join(', ')}].`,
    { details: { name, expected: shape, shape: one } },
  )
}

function selectionOf({ dtype, shape }: Explanation['output'], size: number, weights: Float64Array): Tensor {
  const data = dtype === 'float64' ? new Float64Array(size) : new Float32Array(size)
  for (let at = 0; at < size; at++) data[at] = weights[at % weights.length]!
  return { dtype, shape, data } as Tensor
}

function numbers({ data }: Tensor): Float32Array | Float64Array {
  return data as Float32Array | Float64Array
}

function misfit(problem: string): HomingError {
  return new HomingError(
    'TRAINING_UNAVAILABLE',
    `The explanation graph of this version does not fit it: it ${problem}.`,
  )
}
