/** Most threads that are started unasked: beyond it, wasm kernels gain little. */
const mostThreads = 8

const notIsolated =
  'The page is not cross-origin isolated (COOP and COEP headers), so wasm cannot share memory.'

/** How many threads a wasm engine may use, and why not more. */
export interface Threads {
  readonly threads: number
  /** Absent when every core is used. */
  readonly threadsReason?: string
}

/** Where threads would run: `navigator` and `crossOriginIsolated`, which Node 20 lacks. */
interface Surroundings {
  readonly navigator?: { readonly hardwareConcurrency: number }
  readonly crossOriginIsolated?: boolean
}

/** Threads for wasm: as configured, else the number of cores, at most 8; 1 where memory cannot be shared. */
export function availableThreads(
  configured: number | undefined,
  { navigator, crossOriginIsolated }: Surroundings = globalThis,
): Threads {
  const cores = navigator?.hardwareConcurrency ?? 1
  const threads = configured ?? Math.min(cores, mostThreads)
  if (threads > 1 && crossOriginIsolated === false) return { threads: 1, threadsReason: notIsolated }
  if (threads >= cores) return { threads }
  const threadsReason =
    configured === undefined
      ? `At most ${mostThreads} threads are started unasked.`
      : `The app asked for ${configured}.`
  return { threads, threadsReason }
}
