/**
 * Fetches the code that faults need, behind the load of a model and while the network that brought it is there: when an
 * engine dies or a disk fills up, it may be gone.
 */
export function fetchAhead(): Promise<unknown> {
  return Promise.allSettled([
    import('../serving/recovery.ts'),
    import('../backends/rejections.ts'),
    import('../../../store/memory-store.ts'),
    import('../../../store/move-over.ts'),
  ])
}
