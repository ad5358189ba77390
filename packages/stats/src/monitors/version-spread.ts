import type { Comparison } from './comparison.ts'
import type { MonitoredWindow } from './figures.ts'
import type { MonitorPolicy } from './policy.ts'

/**
 * Over how many versions predictions are spread: 1 over the chance that two of them are of one version (Simpson, Nature 163, 1949).
 * Many at once say that devices do not follow updates.
 */
export function versionSpread(policy: MonitorPolicy, { parts = [] }: MonitoredWindow): Comparison[] {
  const versions = parts
    .filter(({ by }) => by === 'version')
    .map(({ value, figures }) => ({ value, n: Math.max(0, figures.counts?.['predictions'] ?? 0) }))
    .sort((a, b) => b.n - a.n)
  const n = versions.reduce((sum, version) => sum + version.n, 0)
  const [leading] = versions
  if (!leading || n < policy.leastSamples) return []
  const spread = 1 / versions.reduce((sum, version) => sum + (version.n / n) ** 2, 0)
  const percent = (share: number): string => `${(100 * share).toFixed(0)}%`
  return [
    {
      monitor: 'version spread',
      family: 'operational',
      baseline: 'one version',
      n,
      effective: n,
      measure: 'effective number of versions',
      threshold: policy.effects.versions,
      answer: {
        effect: spread,
        evidence: { versions: versions.length, leading: leading.value, leadingShare: leading.n / n },
        change: `${versions.length} versions serve, ${leading.value} most with ${percent(leading.n / n)}`,
      },
    },
  ]
}
