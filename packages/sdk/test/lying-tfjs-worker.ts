import type { Backend } from '../src/libraries/backend.ts'
import { tfjsEngine } from '../src/runtime/engines/tfjs-engine.ts'
import { serveRuntime } from '../src/runtime/serve-runtime.ts'
import { lyingEngine, negated } from './lying-engine.ts'

/** An engine worker that lies on the backends that its name lists, and on those that its page tells it later. */
const liars = new Set<string>(self.name.split(' '))
self.addEventListener('message', ({ data }: MessageEvent<{ type?: string; backend?: Backend }>) => {
  if (data.type === 'lie') liars.add(data.backend!)
})
serveRuntime((config) =>
  lyingEngine(tfjsEngine(config), (backend) => (liars.has(backend) ? negated : undefined)),
)
