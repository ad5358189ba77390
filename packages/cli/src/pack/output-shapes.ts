import type { SplitModel } from '@homing/onnx'
import { HomingError, type Signature, typedArrays } from '@homing/protocol'

import { maxRunBytes } from '../config.ts'
import { optionalPeer } from './optional-peer.ts'

/**
 * Shapes of the outputs, found by one run on zeros with every dynamic dimension 1. The run tells ranks alone, so each
 * dimension is dynamic, named as `readSignature` names anonymous ones.
 * @throws HomingError ENGINE_MISSING without onnxruntime-web, ONNX_UNSUPPORTED when the model does not run on zeros
 */
export async function outputShapes(
  split: SplitModel,
  { inputs }: Pick<Signature, 'inputs'>,
): Promise<Record<string, string[]>> {
  const { InferenceSession, Tensor, env } = await optionalPeer(
    'onnxruntime-web',
    () => import('onnxruntime-web/wasm'),
  )
  env.wasm.numThreads = 1
  try {
    const data = await parameterBytes(split)
    const externalData = data.byteLength > 0 ? [{ path: split.parameters.path, data }] : []
    const session = await InferenceSession.create(split.graph, { executionProviders: ['wasm'], externalData })
    try {
      const feeds = inputs.map(({ name, dtype, shape }) => {
        const sizes = shape.map((dim) => (typeof dim === 'number' ? dim : 1))
        const length = sizes.reduce((product, size) => product * size, 1)
        const zeros = dtype === 'string' ? new Array<string>(length).fill('') : new typedArrays[dtype](length)
        return [name, new Tensor(dtype, zeros, sizes)] as const
      })
      const outputs = await session.run(Object.fromEntries(feeds))
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { dims }]) => [
          name,
          dims.map((_size, axis) => `${name}.${axis}`),
        ]),
      )
    } finally {
      await session.release()
    }
  } catch (cause) {
    if (cause instanceof HomingError) throw cause
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      'The file does not tell how many dimensions its outputs have, and the model does not run on zeros to find out: export it with shapes, or run shape inference on it',
      { cause },
    )
  }
}

async function parameterBytes({ parameters, shards }: SplitModel): Promise<Uint8Array> {
  if (parameters.size > maxRunBytes) {
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      `The file does not tell how many dimensions its outputs have, and ${parameters.size} bytes of parameters are too many to run it: run shape inference on it`,
    )
  }
  const whole = new Uint8Array(parameters.size)
  let offset = 0
  for await (const { bytes } of shards()) {
    whole.set(bytes, offset)
    offset += bytes.byteLength
  }
  return whole
}
