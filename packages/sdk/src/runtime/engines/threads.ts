/** Most threads that are started unasked: beyond it, wasm kernels gain little. */
const mostThreads = 8

/** How many threads a wasm engine may use, and why not more. */
export interface Threads {
  readonly threads: number
  readonly threadsReason?: string
}

/** Threads for wasm: as configured, else the number of cores, at most 8; 1 where memory cannot be shared. */
export function availableThreads(configured: number | undefined): Threads {
  const cores = navigator.hardwareConcurrency
  const wanted = configured ?? Math.min(cores, mostThreads)
  if (wanted <= 1)
    return {
      threads: 1,
      ...(configured === undefined ? {} : { threadsReason: 'The app asked for one thread.' }),
    }
  // Node shares memory without isolation, and has no such flag.
  if (typeof crossOriginIsolated === 'boolean' && !crossOriginIsolated) {
    return {
      threads: 1,
      threadsReason:
        'The page is not cross-origin isolated (COOP and COEP headers), so wasm cannot share memory.',
    }
  }
  if (wanted < cores) {
    const reason =
      configured === undefined
        ? `At most ${mostThreads} threads are started unasked.`
        : `The app asked for ${configured} threads.`
    return { threads: wanted, threadsReason: reason }
  }
  return { threads: wanted }
}
