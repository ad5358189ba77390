/**
 * Calls `run` at most once at a time. What is asked for meanwhile becomes one call afterwards, however often it was
 * asked: the newest state wins, and a slow backend is never buried in old drawings. `run` handles its own errors.
 */
export function latestOnly(run: () => Promise<void>): () => void {
  let asked = 0
  let begun = 0
  let running = false
  const turn = async () => {
    running = true
    try {
      while (begun < asked) {
        begun = asked
        await run()
      }
    } finally {
      running = false
    }
  }
  return () => {
    asked += 1
    if (!running) void turn()
  }
}
