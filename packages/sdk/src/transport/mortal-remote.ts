import type { HomingError } from '@homing/protocol'
import { type Endpoint, wrap } from 'comlink'

import { installTransferHandlers, wireThrow } from './transfer-handlers.ts'

/** A proxy to an API on the other side of a port, whose calls reject once the other side is known to be dead. */
export interface MortalRemote<T> {
  readonly remote: T
  /** Rejects every pending and later call with `error`. Idempotent. */
  readonly kill: (error: HomingError) => void
}

type Listener = (event: MessageEvent) => void

/**
 * Wraps `port` with comlink. Plain comlink hangs for ever when the other side dies; here each outgoing call is
 * remembered until its reply. `T` must have methods that return promises only.
 */
export function mortalRemote<T>(port: MessagePort): MortalRemote<T> {
  installTransferHandlers()
  const pending = new Set<string>()
  const listeners = new Set<Listener>()
  let death: HomingError | undefined

  const deliver = (event: MessageEvent): void => {
    const id = (event.data as { id?: string } | null)?.id
    if (id !== undefined) pending.delete(id)
    for (const listener of listeners) listener(event)
  }
  const refuse = (id: string, error: HomingError): void =>
    deliver(new MessageEvent('message', { data: { id, ...wireThrow(error) } }))

  const endpoint: Endpoint = {
    addEventListener: (_type, listener) => void listeners.add(listener as Listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener as Listener),
    postMessage(message: { id?: string }, transfer) {
      const { id } = message
      if (death) {
        const error = death
        if (id !== undefined) queueMicrotask(() => refuse(id, error))
        return
      }
      port.postMessage(message, transfer ?? [])
      if (id !== undefined) pending.add(id)
    },
  }
  port.addEventListener('message', deliver)
  port.start()

  return {
    remote: wrap<T>(endpoint) as T,
    kill(error) {
      if (death) return
      death = error
      port.close()
      for (const id of [...pending]) refuse(id, error)
    },
  }
}
