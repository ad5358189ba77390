import { HomingError } from '@homing/protocol'
import type { Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

import type { TfjsCore } from '../../libraries/tfjs-library.ts'

/** A learned tensor of a layers model. */
export interface TfjsWeight {
  readonly name: string
  readonly variable: Variable
  /** Whether gradients change it; running averages move by themselves. */
  readonly learns: boolean
}

/**
 * The weights of a model by the names that they were saved under.
 * @throws HomingError TFJS_INVALID when the model has none of a name.
 */
export function tfjsWeights(
  { Variable: TfjsVariable }: TfjsCore,
  model: LayersModel,
  names: readonly string[],
): TfjsWeight[] {
  for (const layer of model.layers) layer.trainable = true // what is trained is the package's to say
  const weights = new Map(model.weights.map((weight) => [weight.originalName, weight]))
  return names.map((name) => {
    const weight = weights.get(name)
    const variable = weight?.read()
    if (!weight || !(variable instanceof TfjsVariable))
      throw new HomingError('TFJS_INVALID', `The model has no weight "${name}".`)
    return { name, variable, learns: weight.trainable }
  })
}

/** What layers and their cells call the measure of what they draw. */
const amounts = ['rate', 'stddev', 'dropout', 'recurrentDropout']

/** Where layers keep others: models within the model, wrappers, recurrent layers. */
interface Nest {
  readonly layers?: readonly Nest[]
  readonly cells?: readonly Nest[]
  readonly cell?: Nest
  readonly layer?: Nest
  readonly forwardLayer?: Nest
  readonly backwardLayer?: Nest
}

/** Stills layers that draw at random while they are trained. A training graph has none, and a step is to be repeatable. */
export function stillRandomLayers(model: LayersModel): void {
  still(model as Nest)
}

function still(nest: Nest): void {
  for (const amount of amounts) if (Object.hasOwn(nest, amount)) Object.assign(nest, { [amount]: 0 })
  const { layers = [], cells = [], cell, layer, forwardLayer, backwardLayer } = nest
  for (const inner of [...layers, ...cells, cell, layer, forwardLayer, backwardLayer]) if (inner) still(inner)
}
