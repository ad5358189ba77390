import { type Change, driftKind } from '../drift/drift-kind.ts'
import type { Finding, RankedPart } from './finding.ts'
import type { MonitorPolicy } from './policy.ts'

/** Most features that are named. */
const named = 10

/** What the findings against one baseline say together: which part of the joint distribution moved. */
export function driftVerdict(policy: MonitorPolicy, baseline: string, findings: readonly Finding[]): Finding {
  const of = (...monitors: readonly Finding['monitor'][]): readonly Finding[] =>
    findings.filter(({ monitor }) => monitors.includes(monitor))
  const features = of('feature drift', 'multivariate drift')
  const evidence = {
    features: changeOf(features.filter(({ stage }) => stage !== 'processed')),
    predictions: changeOf(of('prediction drift')),
    labels: changeOf(of('label drift')),
    errors: changeOf(of('performance')),
    expectedErrors: changeOf(of('estimated performance')),
  }
  const { kind, reading } = driftKind(evidence)
  const processed = changeOf(features.filter(({ stage }) => stage === 'processed'))
  const fault = evidence.features === 'unchanged' && processed === 'changed'
  const drifted = kind !== 'none' && kind !== 'unknown'
  const n = Math.max(0, ...findings.map((finding) => finding.n))
  return {
    monitor: 'drift kind',
    family: 'drift',
    baseline,
    state: drifted || fault ? 'alarm' : kind === 'unknown' ? 'not enough data' : 'quiet',
    severity: kind.includes('concept') || fault ? 'critical' : drifted ? 'warning' : 'info',
    n,
    effective: n,
    measure: 'verdict of the findings',
    threshold: policy.alpha,
    evidence: { kind, ...evidence, processed },
    ranked: featuresOf(features),
    reading: fault
      ? 'Inputs are as they were, but not what the pipeline makes of them. Look at the pipeline, not at the world.'
      : reading,
  }
}

function changeOf(findings: readonly Finding[]): Change {
  if (findings.some(({ state }) => state === 'alarm')) return 'changed'
  return findings.some(({ state }) => state === 'quiet') ? 'unchanged' : 'unknown'
}

/** Features that drifted, by their share of all drift. */
function featuresOf(findings: readonly Finding[]): RankedPart[] {
  const drifted = findings.filter(({ state, subject }) => state === 'alarm' && subject !== undefined)
  const largest = new Map<string, number>()
  for (const { subject, effect = 0 } of drifted)
    largest.set(subject!, Math.max(effect, largest.get(subject!) ?? 0))
  const all = [...largest.values()].reduce((sum, effect) => sum + effect, 0)
  return [...largest]
    .map(([value, effect]): RankedPart => ({ by: 'feature', value, share: effect / all }))
    .sort((a, b) => b.share - a.share)
    .slice(0, named)
}
