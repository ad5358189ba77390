import { tfjsEngine } from '../src/runtime/engines/tfjs-engine.ts'
import { serveRuntime } from '../src/runtime/serve-runtime.ts'
import { followEngineFaults } from './follow-engine-faults.ts'

followEngineFaults()
serveRuntime(tfjsEngine)
