import type { DownloadGate } from '../../../delivery/download-gate.ts'

/** The part of the Network Information API that tells what bytes cost, where the browser has it; also in workers. */
export interface ConnectionFacts extends EventTarget {
  /** The user asked for less data. */
  readonly saveData?: boolean
  readonly type?: string
  readonly metered?: boolean
}

/** A gate that is closed while bytes may cost the user money. */
export interface MeteredGate extends DownloadGate {
  /** Open while `work` runs, whatever the connection: the user or the app asked for it. */
  urge<T>(work: () => Promise<T>): Promise<T>
  /** Listens no more. */
  close(): void
}

/** The gate of one model over `connection`; always open where there is none, or the app does not ask for it. */
export function meteredGate(
  pauses: boolean,
  connection = (navigator as { connection?: ConnectionFacts }).connection,
): MeteredGate {
  const listeners = new Set<() => void>()
  let urged = 0
  const tell = (): void => {
    for (const listener of [...listeners]) listener()
  }
  if (pauses) connection?.addEventListener('change', tell)
  return {
    isOpen: () => !pauses || urged > 0 || !connection || !isMetered(connection),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async urge(work) {
      urged++
      tell()
      try {
        return await work()
      } finally {
        urged--
        tell()
      }
    },
    close: () => connection?.removeEventListener('change', tell),
  }
}

/** A phone's network is taken as metered: browsers do not tell what it costs. */
function isMetered({ saveData, type, metered }: ConnectionFacts): boolean {
  return saveData === true || metered === true || type === 'cellular'
}
