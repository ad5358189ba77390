import type { NetworkName } from '../../../src/runtime/networks/network.ts'
import { openOrtSession } from './ort-session.ts'
import { joined, modelUrl, type Side } from './side.ts'

/** Plain onnxruntime-web on the page's own thread. It refuses a call while another runs. */
export async function openOrtPage(network: NetworkName): Promise<Side> {
  const run = await openOrtSession(network, modelUrl(network))
  return {
    predict: (input) => run(input, 1),
    async predictEach(inputs) {
      for (const input of inputs) await run(input, 1)
    },
    async predictBatch(inputs) {
      await run(joined(inputs), inputs.length)
    },
  }
}
