import { tfjsEngine } from './engines/tfjs-engine.ts'
import { serveRuntime } from './serve-runtime.ts'

serveRuntime(tfjsEngine)
