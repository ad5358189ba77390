import type { OpenSide, SideName } from './side.ts'

/** Every side by name; each brings its own libraries, which no other page loads. */
export const sides: Readonly<Record<SideName, () => Promise<OpenSide>>> = {
  homing: async () => (await import('./homing-side.ts')).openHoming,
  'ort-worker': async () => (await import('./ort-worker-side.ts')).openOrtWorker,
  'ort-page': async () => (await import('./ort-page-side.ts')).openOrtPage,
  transformers: async () => (await import('./transformers-side.ts')).openTransformers,
  tfjs: async () => (await import('./tfjs-side.ts')).openTfjs,
}
