import type { EngineUsage, Pulse } from './runtime-api.ts'

/** Knows when the models of an engine were called. */
export interface UsageMeter {
  /** Gives what a call of `model` gives. */
  during<T>(model: string, call: Promise<T>): Promise<T>
  forget(model: string): void
  read(pulse: Pulse): EngineUsage
}

/** `heap` gives the bytes of the heaps that never shrink. */
export function usageMeter(heap: () => number): UsageMeter {
  const called = new Map<string, number>()
  const underWay = new Map<string, number>()
  const count = (model: string, change: number): void => {
    called.set(model, performance.now())
    underWay.set(model, (underWay.get(model) ?? 0) + change)
  }
  return {
    during(model, call) {
      count(model, 1)
      return call.then(
        (answer) => {
          count(model, -1)
          return answer
        },
        (error: unknown) => {
          count(model, -1)
          throw error
        },
      )
    },
    forget(model) {
      called.delete(model)
      underWay.delete(model)
    },
    read({ work }) {
      const now = performance.now()
      const idle = [...called].map(
        ([model, time]) => [model, (underWay.get(model) ?? 0) > 0 ? 0 : now - time] as const,
      )
      const last = Math.min(...idle.map(([, time]) => time), now)
      return { heap: heap(), idle: work === 'none' ? last : 0, models: Object.fromEntries(idle) }
    },
  }
}
