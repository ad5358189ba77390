import type { MonitoredFigures, WindowPart } from './figures.ts'
import type { RankedPart } from './finding.ts'

/** Most parts that are named. */
const most = 10

/**
 * Parts by their share in a change: how far each pulls towards it, over all that pull so. Parts that pull against it are left out.
 */
export function rankParts(
  parts: readonly WindowPart[],
  pull: (part: MonitoredFigures) => number,
): RankedPart[] {
  const pulls = parts.map(({ by, value, figures }) => ({ by, value, pull: Math.max(0, pull(figures)) }))
  return pulls
    .filter((part) => part.pull > 0)
    .map(({ by, value, pull: own }) => {
      const all = pulls.reduce((sum, part) => sum + (part.by === by ? part.pull : 0), 0)
      return { by, value, share: own / all }
    })
    .sort((a, b) => b.share - a.share)
    .slice(0, most)
}
