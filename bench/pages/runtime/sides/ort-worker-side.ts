import type { NetworkName } from '../../../src/runtime/networks/network.ts'
import { atOnce, joined, type Side } from './side.ts'
import { openWorkerCalls } from './worker-calls.ts'

/** Plain onnxruntime-web in a worker. */
export async function openOrtWorker(network: NetworkName): Promise<Side> {
  const worker = new Worker(new URL('./ort-worker.ts', import.meta.url), { type: 'module' })
  const run = await openWorkerCalls(worker, network)
  const predict: Side['predict'] = (input) => run(input, 1)
  return {
    predict,
    predictEach: (inputs) => atOnce({ predict }, inputs),
    async predictBatch(inputs) {
      await run(joined(inputs), inputs.length)
    },
  }
}
