import type { StepRecipe } from '@homing/protocol'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'

import type { TfjsCore } from '../../libraries/tfjs-library.ts'
import type { TfjsLayers, TfjsTensors } from '../../libraries/tfjs-model.ts'
import type { TfjsLoss } from './tfjs-losses.ts'
import type { TfjsWeight } from './tfjs-weights.ts'

/** Tensors of TensorFlow.js by name. */
export type Named = Readonly<Record<string, Tensor>>

/** A model, its loss, and what of it is trained. */
export interface Differentiable {
  readonly core: TfjsCore
  readonly model: TfjsLayers
  readonly recipe: StepRecipe
  readonly loss: TfjsLoss
  /** Place of the output that the loss reads, and what it reads of it. */
  readonly output: number
  readonly scores: (output: Tensor) => Tensor
  readonly weights: readonly TfjsWeight[]
  /** The weights as they were when the run began, where the recipe pulls towards them. */
  readonly anchors: Named
}

/** Loss and figures of a batch, and the gradients of the weights by name. */
export interface Differentiated {
  readonly loss: Scalar
  readonly metrics: Readonly<Record<string, Scalar>>
  readonly gradients: Named
}

/** Differentiates the loss of a batch; to be called in a `tidy`. */
export function differentiate(given: Differentiable, inputs: TfjsTensors, targets: Tensor): Differentiated {
  const { core, model, recipe, loss, output, scores, weights } = given
  let result: Tensor | undefined
  try {
    const { value, grads } = core.variableGrads(
      () => {
        result = core.keep(scores(model.call(inputs, recipe.batchStatistics ?? false)[output]!))
        return loss.loss(result, targets)
      },
      weights.map(({ variable }) => variable),
    )
    const named = weights.flatMap(({ name, variable }) => {
      const gradient = grads[variable.name]
      return gradient ? [[name, gradient] as const] : []
    })
    const plain = {
      loss: value,
      metrics: loss.metrics(result!, targets),
      gradients: Object.fromEntries(named),
    }
    return recipe.proximal ? pulled(given, plain, recipe.proximal) : plain
  } finally {
    result?.dispose()
  }
}

/** With the term of FedProx (Li et al. 2020): weight / 2 ||w - w0||^2. */
function pulled(
  { core, weights, anchors }: Differentiable,
  { loss, metrics, gradients }: Differentiated,
  weight: number,
): Differentiated {
  const drifts = weights.map(({ name, variable }) => [name, core.sub(variable, anchors[name]!)] as const)
  const squares = drifts.map(([, drift]) => core.sum(core.square(drift)))
  const proximal = core.mul<Scalar>(core.addN(squares), weight / 2)
  const slopes = drifts.map(([name, drift]) => {
    const slope = core.mul(drift, weight)
    return [name, gradients[name] ? core.add(gradients[name], slope) : slope] as const
  })
  return {
    loss: core.add(loss, proximal),
    metrics: { ...metrics, proximal },
    gradients: Object.fromEntries(slopes),
  }
}
