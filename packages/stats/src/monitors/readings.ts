import type { Comparison, Measured } from './comparison.ts'
import type { Finding, MonitorName } from './finding.ts'

/** From how many times its threshold on an effect is critical. */
const criticalFactor = 3

/** What is judged, and what to do about it. */
const advice: Readonly<
  Record<Exclude<MonitorName, 'slow drift' | 'drift kind'>, readonly [what: string, advice: string]>
> = {
  volume: [
    'The number of predictions',
    'Check whether the app was changed, or devices cannot reach the server.',
  ],
  errors: ['The rate of errors', 'See the codes; roll back if they came with a version.'],
  'load failures': [
    'The rate of loads that fail',
    'See which backend and version; check that its files can be fetched.',
  ],
  fallbacks: [
    'The rate of backends that fail before one serves',
    'See which backend and browser; check the probes.',
  ],
  abstentions: [
    'The rate of answers that guards withhold',
    'Look at drift of the inputs; the guards may be too strict.',
  ],
  'version spread': [
    'The number of versions that serve',
    'Check whether devices can reach the repository, and whether a rollout hangs.',
  ],
  latency: ['Latency', 'See which backend and version; compare with the one before.'],
  missing: ['The rate of missing values', 'Ask the team that provides the feature.'],
  mismatched: ['The rate of values of a wrong type', 'Ask the team that provides the feature.'],
  'failed checks': ['The rate of values that the checks refuse', 'Ask the team that provides the feature.'],
  'not finite': [
    'The rate of values that are not finite',
    'Look for a division or overflow before or in the pipeline.',
  ],
  'unseen categories': [
    'The rate of categories that the model never saw',
    'Check for a renamed value; retrain if they are real.',
  ],
  cardinality: ['The number of categories', 'Check whether an identifier or free text is sent instead.'],
  correlation: ['How features go together', 'Check whether one of them is computed otherwise.'],
  'feature drift': [
    'The distribution',
    'Check the source of the feature; retrain if the change is real and stays.',
  ],
  'prediction drift': [
    'What the model says',
    'Compare with drift of its inputs; without any, look at version and pipeline.',
  ],
  'label drift': ['The outcomes', 'Check how labels are made; recalibrate or retrain if the change is real.'],
  'multivariate drift': ['The inputs taken together', 'Start with the features that are named.'],
  performance: ['How right the model is', 'Check the labels, then retrain on recent data or roll back.'],
  'estimated performance': ['How right the model probably is', 'Have some predictions labelled to be sure.'],
  concentration: ['What is recommended', 'Explore more, and do not train on these clicks alone.'],
}

/** What a comparison found, in plain words. */
export function writeReading(
  { monitor, subject, stage, baseline }: Pick<Comparison, 'monitor' | 'subject' | 'stage' | 'baseline'>,
  state: Finding['state'],
  answer: Measured | string,
): string {
  const [what, todo] = advice[monitor as keyof typeof advice]
  const of =
    subject === undefined ? '' : ` of "${subject}"${stage === 'processed' ? ' after the pipeline' : ''}`
  const against = `against ${baseline}`
  if (typeof answer === 'string') return `${what}${of} cannot be judged ${against} yet: ${answer}.`
  return state === 'alarm'
    ? `${what}${of} changed ${against}: ${answer.change}. ${todo}`
    : `${what}${of} is as it was ${against}: ${answer.change}.`
}

/** How loud an alarm is. Drift alone warns: only what hurts users is critical. */
export function severityOf(
  { family, threshold }: Pick<Comparison, 'family' | 'threshold'>,
  state: Finding['state'],
  effect: number,
): Finding['severity'] {
  if (state !== 'alarm') return 'info'
  return family !== 'drift' && effect >= criticalFactor * threshold ? 'critical' : 'warning'
}
