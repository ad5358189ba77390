import { serveRuntime } from '../src/runtime/serve-runtime.ts'

// An engine worker whose backends never start, as a GPU driver that hangs.
serveRuntime(() => ({
  name: 'onnx',
  version: () => Promise.resolve('1.0.0'),
  start: () => new Promise<never>(() => undefined),
}))
