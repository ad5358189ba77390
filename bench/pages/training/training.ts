import { type Contest, openContest } from '../../src/training/contest.ts'
import type { NetworkName } from '../../src/training/network.ts'
import type { TfjsBackend } from '../../src/training/tfjs-trainee.ts'

declare global {
  /** Set when the page is ready. */
  var contests: Contests | undefined
}

/** What the suite drives from outside. */
interface Contests {
  readonly open: (network: NetworkName, peer: TfjsBackend | undefined) => Promise<void>
  current?: Contest
}

const contests: Contests = {
  async open(network, peer) {
    const [onnx, weights] = await Promise.all(['/onnx/model.onnx', '/tfjs/weights.bin'].map(bytesOf))
    const topology = await (await fetch('/tfjs/model.json')).text()
    const files = { onnx: onnx!, topology, weights: weights! }
    contests.current = await openContest({ network, files, wasmFolder: '/wasm/', ...(peer && { peer }) })
  },
}
globalThis.contests = contests

async function bytesOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetch(path)).arrayBuffer())
}
