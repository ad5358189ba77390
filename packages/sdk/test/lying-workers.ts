import type { Backend } from '../src/libraries/backend.ts'
import { type Lie, hanging, negated } from './lying-engine.ts'

/**
 * The lies of an engine worker: on the backends that its name lists (`webgl`, or `webgl/hangs`), and on those that its page
 * tells it later.
 */
export function liesOfWorker(): (backend: Backend) => Lie | undefined {
  const names = self.name.split(' ').map((name) => name.split('/'))
  const lies = new Map(names.map(([backend, hangs]) => [backend, hangs ? hanging() : negated]))
  self.addEventListener('message', ({ data }: MessageEvent<{ type?: string; backend?: Backend }>) => {
    if (data.type === 'lie') lies.set(data.backend, negated)
  })
  return (backend) => lies.get(backend)
}
