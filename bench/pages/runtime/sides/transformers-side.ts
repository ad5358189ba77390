import type { NetworkName } from '../../../src/runtime/networks/network.ts'
import { atOnce, type Side } from './side.ts'
import { openWorkerCalls } from './worker-calls.ts'

/** transformers.js in a worker, as its documentation recommends. It puts calls into a queue by itself. */
export async function openTransformers(network: NetworkName): Promise<Side> {
  const worker = new Worker(new URL('./transformers-worker.ts', import.meta.url), { type: 'module' })
  const run = await openWorkerCalls(worker, network)
  const predict: Side['predict'] = (input) => run(input, 1)
  return { predict, predictEach: (inputs) => atOnce({ predict }, inputs) }
}
