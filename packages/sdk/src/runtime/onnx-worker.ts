import { onnxEngine } from './engines/onnx-engine.ts'
import { serveRuntime } from './serve-runtime.ts'

serveRuntime(onnxEngine)
