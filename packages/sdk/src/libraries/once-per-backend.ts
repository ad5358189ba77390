import type { Backend } from './backend.ts'

/** Starts each backend once: later calls get the same. A failure is forgotten, so that a later call tries again. */
export function oncePerBackend<T>(start: (backend: Backend) => Promise<T>): (backend: Backend) => Promise<T> {
  const started = new Map<Backend, Promise<T>>()
  return (backend) => {
    const known = started.get(backend)
    if (known) return known
    const starting = start(backend)
    started.set(backend, starting)
    starting.catch(() => started.delete(backend))
    return starting
  }
}
