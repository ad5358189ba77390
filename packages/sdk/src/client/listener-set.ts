/** Listeners of one kind of event. One that throws is reported to the page and breaks nobody else. */
export interface ListenerSet<T> {
  /** Adds a listener, calls it with `present` at once where given, and returns the undo. */
  add(listener: (value: T) => void, present?: T): () => void
  tell(value: T): void
  clear(): void
}

export function listenerSet<T>(): ListenerSet<T> {
  const listeners = new Set<{ readonly call: (value: T) => void }>()
  const safely = (call: (value: T) => void, value: T): void => {
    try {
      call(value)
    } catch (error) {
      reportError(error)
    }
  }
  return {
    add(call, ...present) {
      const entry = { call } // the same function added twice is two listeners
      listeners.add(entry)
      if (present.length > 0) safely(call, present[0] as T)
      return () => void listeners.delete(entry)
    },
    tell(value) {
      for (const { call } of [...listeners]) safely(call, value)
    },
    clear: () => listeners.clear(),
  }
}
