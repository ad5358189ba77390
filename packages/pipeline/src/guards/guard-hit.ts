/** A guard that a sample did not keep. */
export interface GuardHit {
  /** Its place in the manifest's guards, such as `inputs.0`, `confidence` or `outputs.1`. */
  readonly guard: string
  readonly then: 'abstain' | 'fallback' | 'mark'
  /** Index of the sample; absent where the whole call is concerned. */
  readonly sample?: number
  /** What was found there: a value, a mean or deviation, a confidence, a label. Absent where it is none of these. */
  readonly found?: number | string
}

/** A guard, placed. */
export interface PlacedGuard {
  readonly guard: string
  readonly then: GuardHit['then']
}

/** What one guard found in a sample that did not keep it. */
export type Finding = Pick<GuardHit, 'sample' | 'found'>

/** Says of each finding which guard it concerns. */
export function hitsOf({ guard, then }: PlacedGuard, findings: readonly Finding[]): GuardHit[] {
  return findings.map((finding) => ({ guard, then, ...finding }))
}
