import { HomingError, type Signature, type TensorSpec } from '@homing/protocol'
import type { Tensor as TfjsTensor } from '@tensorflow/tfjs-core'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'

import { importConverter, importLayers, type TfjsCore } from './tfjs-library.ts'
import { modelArtifacts, type TfjsTopology } from './tfjs-topology.ts'

/** Tensors of TensorFlow.js under the signature's names. */
export type TfjsTensors = Readonly<Record<string, TfjsTensor>>

/** A model of either format in memory. */
export interface TfjsModel {
  /** Gives the outputs in the signature's order. What they keep alive is the caller's to dispose of. */
  run(inputs: TfjsTensors): readonly TfjsTensor[]
  /** The same for graphs with control flow or data-dependent shapes, which `run` refuses. */
  runAsync(inputs: TfjsTensors): Promise<readonly TfjsTensor[]>
  dispose(): void
}

/** Loads a model onto the current backend. */
export async function loadTfjsModel(
  { io }: TfjsCore,
  topology: TfjsTopology,
  parameters: Uint8Array<ArrayBuffer>,
  signature: Signature,
): Promise<TfjsModel> {
  const handler = io.fromMemory(modelArtifacts(topology, parameters))
  return topology.format === 'layers-model'
    ? layersModel(handler, signature)
    : graphModel(handler, topology, signature)
}

type Handler = ReturnType<TfjsCore['io']['fromMemory']>

/** A layers model in memory. */
export interface TfjsLayers extends TfjsModel {
  readonly layers: LayersModel
  /** Where each output comes from, in the signature's order. */
  readonly ends: readonly SymbolicTensor[]
  /** As `run`, but so that layers know whether the model is being trained: it can be differentiated. */
  call(inputs: TfjsTensors, training: boolean): readonly TfjsTensor[]
}

/** Loads a layers model onto the current backend. */
export function loadTfjsLayers(
  { io }: TfjsCore,
  topology: TfjsTopology,
  parameters: Uint8Array<ArrayBuffer>,
  signature: Signature,
): Promise<TfjsLayers> {
  return layersModel(io.fromMemory(modelArtifacts(topology, parameters)), signature)
}

async function layersModel(handler: Handler, signature: Signature): Promise<TfjsLayers> {
  const { loadLayersModel } = await importLayers()
  const model = await loadLayersModel(handler)
  // A Sequential has no `inputNames` and `outputNames`; the layers that its tensors come from have names in both.
  const inputOrder = places(signature.inputs, model.inputs.map(layerName))
  const outputOrder = places(signature.outputs, model.outputs.map(layerName))
  const through = (inputs: TfjsTensors, apply: (fed: TfjsTensor[]) => unknown): readonly TfjsTensor[] => {
    const fed: TfjsTensor[] = []
    signature.inputs.forEach(({ name }, index) => (fed[inputOrder[index]!] = inputs[name]!))
    const outputs = [apply(fed) as TfjsTensor | TfjsTensor[]].flat()
    return outputOrder.map((place) => outputs[place]!)
  }
  // `predict` would cut the call into batches of 32.
  const run = (inputs: TfjsTensors) => through(inputs, (fed) => model.predictOnBatch(fed))
  return {
    layers: model,
    ends: outputOrder.map((place) => model.outputs[place]!),
    run,
    runAsync: (inputs) => Promise.resolve(run(inputs)),
    call: (inputs, training) => through(inputs, (fed) => model.apply(fed, { training })),
    dispose: () => void model.dispose(),
  }
}

async function graphModel(
  handler: Handler,
  topology: TfjsTopology,
  signature: Signature,
): Promise<TfjsModel> {
  const { loadGraphModel } = await importConverter()
  const model = await loadGraphModel(handler)
  const inputNodes = nodesOf(signature.inputs, topology.signature?.inputs, model.inputNodes)
  const outputNodes = nodesOf(signature.outputs, topology.signature?.outputs, model.outputNodes)
  const feed = (inputs: TfjsTensors): Record<string, TfjsTensor> =>
    Object.fromEntries(signature.inputs.map(({ name }, index) => [inputNodes[index]!, inputs[name]!]))
  return {
    run: (inputs) => [model.execute(feed(inputs), outputNodes)].flat(),
    runAsync: async (inputs) => [await model.executeAsync(feed(inputs), outputNodes)].flat(),
    dispose: () => model.dispose(),
  }
}

/** Where each tensor of the signature stands among the model's own: by name, or in the order given. */
function places(specs: readonly TensorSpec[], names: readonly string[]): number[] {
  if (specs.length !== names.length) {
    throw new HomingError(
      'TFJS_INVALID',
      `The signature names ${specs.length} tensors where the model has ${names.join(', ')}.`,
    )
  }
  const byName = specs.map(({ name }) => names.indexOf(name))
  const complete = !byName.includes(-1) && new Set(byName).size === byName.length
  return complete ? byName : specs.map((_, index) => index)
}

const layerName = ({ sourceLayer }: SymbolicTensor): string => sourceLayer.name

/** The graph's node of each tensor: as the model's signature maps its name, the node so named, or in the order given. */
function nodesOf(
  specs: readonly TensorSpec[],
  mapped: Readonly<Record<string, { name?: string | undefined }>> | undefined,
  nodes: readonly string[],
): string[] {
  return specs.map(({ name }, index) => {
    const node = mapped && Object.hasOwn(mapped, name) ? mapped[name]?.name : undefined
    if (node !== undefined) return node
    return nodes.includes(name) ? name : (nodes[index] ?? name)
  })
}
