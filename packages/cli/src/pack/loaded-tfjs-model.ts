import { HomingError, type Signature } from '@homing/protocol'

import { optionalPeer } from './optional-peer.ts'
import type { ParameterSource } from './parameter-source.ts'
import { graphSignature } from './tfjs-graph-signature.ts'
import { layersSignature } from './tfjs-layers-signature.ts'
import type { TfjsModelJson } from './tfjs-model-json.ts'
import { layersWeights } from './tfjs-layers-weights.ts'
import type { LayersWeight } from './training/tfjs-training.ts'

/** What tfjs tells of a model that it has loaded. */
export interface LoadedTfjsModel {
  readonly signature: Signature
  /** Undefined for a graph model, which is frozen. */
  readonly weights?: readonly LayersWeight[]
}

/**
 * A tfjs model as tfjs itself reads it, which also shows that it can load the model.
 * @throws HomingError ENGINE_MISSING without tfjs, TFJS_INVALID when it cannot load the model
 */
export async function loadedTfjsModel(
  { format, artifacts }: TfjsModelJson,
  weights: ParameterSource,
): Promise<LoadedTfjsModel> {
  const core = await optionalPeer('@tensorflow/tfjs-core', () => import('@tensorflow/tfjs-core'))
  await optionalPeer('@tensorflow/tfjs-backend-cpu', () => import('@tensorflow/tfjs-backend-cpu'))
  core.enableProdMode() // or it advises to install its Node backend
  await core.setBackend('cpu')
  const weightData = await wholeFile(weights)
  const handler = core.io.fromMemory({ ...artifacts, weightData })

  if (format === 'layers-model') {
    const { loadLayersModel } = await optionalPeer(
      '@tensorflow/tfjs-layers',
      () => import('@tensorflow/tfjs-layers'),
    )
    return withModel(
      () => loadLayersModel(handler),
      (model) => ({
        signature: layersSignature(model, artifacts['modelTopology']),
        weights: layersWeights(model),
      }),
    )
  }
  const { loadGraphModel } = await optionalPeer(
    '@tensorflow/tfjs-converter',
    () => import('@tensorflow/tfjs-converter'),
  )
  return withModel(
    () => loadGraphModel(handler),
    async (model) => ({ signature: await graphSignature(model, core) }),
  )
}

async function withModel<M extends { dispose(): unknown }>(
  load: () => Promise<M>,
  read: (model: M) => LoadedTfjsModel | Promise<LoadedTfjsModel>,
): Promise<LoadedTfjsModel> {
  let model: M | undefined
  try {
    model = await load()
    return await read(model)
  } catch (cause) {
    if (cause instanceof HomingError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HomingError('TFJS_INVALID', `TensorFlow.js cannot load the model: ${reason}`, { cause })
  } finally {
    model?.dispose()
  }
}

async function wholeFile({ size, tensors, read }: ParameterSource): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (const [index, { offset, size: length }] of tensors.entries()) {
    await read(index, bytes.subarray(offset, offset + length), 0)
  }
  return bytes.buffer
}
