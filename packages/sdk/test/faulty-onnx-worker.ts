import { onnxEngine } from '../src/runtime/engines/onnx-engine.ts'
import { serveRuntime } from '../src/runtime/serve-runtime.ts'
import { followEngineFaults } from './follow-engine-faults.ts'

followEngineFaults()
serveRuntime(onnxEngine)
