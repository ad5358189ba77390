import type { Contest, Side } from './contest.ts'

/** How long each look is at least, in milliseconds. */
const look = 400
/** Looks in a row that must bring nothing new, the share that is something new, and the most looks there are. */
const calm = 3
const gain = 0.05
const mostLooks = 25

/**
 * Runs a side until it gets no faster: engines compile hot code late, on threads that a busy machine starves.
 * @returns the best time of a run, in milliseconds
 */
export async function settle(contest: Pick<Contest, 'sample'>, side: Side): Promise<number> {
  let best = Infinity
  for (let looks = 0, still = 0; looks < mostLooks && still < calm; looks++) {
    const time = await contest.sample(side, look)
    still = time < best * (1 - gain) ? 0 : still + 1
    best = Math.min(best, time)
  }
  return best
}
