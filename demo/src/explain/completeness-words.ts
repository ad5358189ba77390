import type { Explanation } from '@homing/sdk'

import { formatPercent } from '../dom/format.ts'

/** How much of the difference the attributions explain, as people say it: 99.8%, and never all for what is less. */
export function explainedShare({
  completeness: { sum, difference, gap },
}: Pick<Explanation, 'completeness'>): string {
  if (sum === difference || gap < 1e-6) return 'all'
  return formatPercent(Math.max(0, 1 - gap))
}
