import type { SideName } from '../../pages/runtime/sides/side.ts'

/** The peers, as rows name them. */
export const peers = {
  'ort-worker': 'onnxruntime-web in a worker',
  'ort-page': 'onnxruntime-web on the page',
  transformers: 'transformers.js in a worker',
  tfjs: 'tfjs wasm on the page',
} as const satisfies Partial<Record<SideName, string>>

export type PeerName = keyof typeof peers

export const peerNames = Object.keys(peers) as PeerName[]
