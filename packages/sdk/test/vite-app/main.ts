import { HomingError } from '@homing/protocol'

import { onnxWorker } from '../../src/onnx.ts'
import type { Backend } from '../../src/libraries/backend.ts'
import type { LoadedFacts, PredictReply, RuntimeApi } from '../../src/runtime/runtime-api.ts'
import { tfjsWorker } from '../../src/tfjs.ts'
import { root } from '../../src/root.ts'
import { startWorker } from '../../src/transport/worker-link.ts'
import { denseOnnxRequest, floats } from '../tiny-packages.ts'
import { denseLayersRequest } from '../tiny-tfjs.ts'

declare const __HOMING_ASSET_BASE__: string

/** Loads the tiny dense layer in an engine worker and runs it once. */
async function run(
  engine: 'onnx' | 'tfjs',
  backends: readonly Backend[],
): Promise<{ facts: LoadedFacts; reply: PredictReply }> {
  const config = { assetBase: new URL(__HOMING_ASSET_BASE__, document.baseURI).href }
  const { remote, terminate } = await startWorker<RuntimeApi>(
    engine,
    engine === 'onnx' ? onnxWorker : tfjsWorker,
    config,
  )
  const request =
    engine === 'onnx' ? denseOnnxRequest(backends, { bias: 1 }) : denseLayersRequest(backends, { bias: 1 })
  const facts = await remote.load(request)
  await remote.activate('tiny', facts.instance)
  const reply = await remote.predict('tiny', { inputs: { x: floats([0, 0, 0, 0], [1, 4]) }, now: 0 })
  terminate(new HomingError('CLOSED', 'The test is done.'))
  return { facts, reply }
}

Object.assign(globalThis, { run, root })
