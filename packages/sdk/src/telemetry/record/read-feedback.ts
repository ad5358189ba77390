import { HomingError, maxLabelLength, type TelemetrySection } from '@homing/protocol'

import type { FeedbackFacts } from '../recorder.ts'
import type { Known } from './feedback-meter.ts'

const signals: readonly unknown[] = ['click', 'hide', 'dwell', 'completion']

/**
 * What feedback says; undefined where it says that the app acted.
 * @throws HomingError CONFIG_INVALID where it says nothing, more than one thing, or something of another type.
 */
export function readFeedback(
  { label, value, signal, seconds, acted }: FeedbackFacts,
  rules: TelemetrySection['feedback'],
): Known | undefined {
  const said = [label, value, signal, acted].filter((each) => each !== undefined)
  if (said.length !== 1) throw invalid('says exactly one of `label`, `value`, `signal` and `acted`')
  if (label !== undefined) {
    if (typeof label !== 'string' || label === '') throw invalid('names its `label` by a string')
    return { kind: 'labels', label: label.slice(0, maxLabelLength) }
  }
  if (value !== undefined) {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw invalid('gives a finite number as its `value`')
    return { kind: 'values', value }
  }
  if (signal === undefined) return undefined
  if (!signals.includes(signal)) throw invalid(`has a \`signal\` out of ${signals.join(', ')}`)
  if (seconds !== undefined && !(seconds >= 0 && Number.isFinite(seconds)))
    throw invalid('gives its `seconds` as a number that is not negative')
  return { kind: 'signals', signal, seconds, verdict: verdictOf(signal, seconds, rules) }
}

/** Whether a signal counts as positive; undefined where it says neither. */
function verdictOf(
  signal: NonNullable<FeedbackFacts['signal']>,
  seconds: number | undefined,
  { positive = ['click', 'completion'], dwell = 0 }: NonNullable<TelemetrySection['feedback']> = {},
): boolean | undefined {
  if (signal === 'hide') return false
  if (!positive.includes(signal)) return undefined
  return signal !== 'dwell' || (seconds ?? 0) >= dwell ? true : undefined
}

function invalid(rule: string): HomingError {
  return new HomingError('CONFIG_INVALID', `Feedback ${rule}.`)
}
