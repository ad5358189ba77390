import { HomingError, type Signature } from '@homing/protocol'
import type { LayersModel } from '@tensorflow/tfjs-layers'

import { tfjsSpec } from './tfjs-spec.ts'

/** Inputs and outputs of a layers model, in its own order, named after its input and output layers. */
export function layersSignature(
  { inputs, inputNames, outputs, outputNames }: LayersModel,
  topology: unknown,
): Signature {
  const [takes, gives] = sequentialNames(topology) ?? [inputNames, outputNames]
  return {
    inputs: inputs.map(({ dtype, shape }, i) => tfjsSpec({ name: takes[i]!, dtype, shape }, 'input')),
    outputs: outputs.map(({ dtype, shape }, i) => tfjsSpec({ name: gives[i]!, dtype, shape }, 'output')),
  }
}

/** Keras nests the model in `model_config`; old versions list the layers without a `layers` field. */
interface Topology {
  readonly class_name?: string
  readonly config?: { readonly layers?: readonly Layer[] } | readonly Layer[]
  readonly model_config?: Topology
}

interface Layer {
  readonly class_name: string
  readonly config: { readonly name: string }
}

/**
 * Names of a sequential model, which tfjs leaves out. It would name the input after the first layer too, but number it
 * by what else the process has loaded.
 */
function sequentialNames(topology: unknown): [string[], string[]] | undefined {
  const { class_name, config } = (topology as Topology).model_config ?? (topology as Topology)
  if (class_name !== 'Sequential') return undefined
  const layers = config && 'layers' in config ? config.layers : (config as readonly Layer[] | undefined)
  const [first, last] = [layers?.[0], layers?.at(-1)]
  if (!first || !last) throw new HomingError('TFJS_INVALID', 'The tfjs model has no layers')
  const input = first.class_name === 'InputLayer' ? first.config.name : `${first.config.name}_input`
  return [[input], [last.config.name]]
}
