import { tfjsEngine } from '../src/runtime/engines/tfjs-engine.ts'
import { serveRuntime } from '../src/runtime/serve-runtime.ts'
import { lyingEngine } from './lying-engine.ts'
import { liesOfWorker } from './lying-workers.ts'

const lies = liesOfWorker()
serveRuntime((config) => lyingEngine(tfjsEngine(config), lies))
