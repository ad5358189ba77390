import { onnxEngine } from '../src/runtime/engines/onnx-engine.ts'
import { serveRuntime } from '../src/runtime/serve-runtime.ts'
import { lyingEngine } from './lying-engine.ts'
import { liesOfWorker } from './lying-workers.ts'

const lies = liesOfWorker()
serveRuntime((config) => lyingEngine(onnxEngine(config), lies))
