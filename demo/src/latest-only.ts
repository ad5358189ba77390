/**
 * Calls `run` at most once at a time. What is asked for meanwhile becomes one call afterwards, however often it was
 * asked: the newest state wins, and a slow backend is never buried in old drawings. `run` handles its own errors.
 */
export function latestOnly(run: () => Promise<void>): () => void {
  let running = false
  let again = false
  const turn = async () => {
    running = true
    try {
      do {
        again = false
        await run()
      } while (again)
    } finally {
      running = false
    }
  }
  return () => {
    if (running) again = true
    else void turn()
  }
}
