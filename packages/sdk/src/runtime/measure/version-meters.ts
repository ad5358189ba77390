import { precisionOf } from '@homing/protocol'

import { type Collector, createCollector, type MeasuredCall } from '../../measure/collector.ts'
import { flushInterval, maxMeters, maxUnmeasured } from '../config.ts'
import type { LoadedVersion } from '../load-version.ts'
import type { Call, CallEnd } from '../run-call.ts'
import type { MeasuredVersion, MeasureSettings } from './measure-api.ts'

/** Measures calls as they end. */
export interface VersionMeters {
  ended(version: LoadedVersion, call: Call, end: CallEnd): void
  /** Measures no more. What has not been told is told, or forgotten where consent to it was withdrawn. */
  stop(rest: 'told' | 'forgotten'): void
}

interface Meter {
  readonly about: Pick<MeasuredVersion, 'model' | 'version' | 'variant' | 'backend' | 'slice'>
  readonly collector: Collector
}

/** `tell` is told a few times a second at most; nothing that it is told grows with the number of calls. */
export function versionMeters(
  settings: MeasureSettings,
  tell: (measured: readonly MeasuredVersion[]) => void,
): VersionMeters {
  const meters = new Map<LoadedVersion, Meter>()
  let waiting: { readonly collector: Collector; readonly call: Omit<MeasuredCall, 'answer'> }[] = []
  let flushing = false
  let stopped = false

  const meterOf = (version: LoadedVersion): Meter => {
    const known = meters.get(version)
    if (known) return known
    const { manifest, facts } = version
    const { model, version: number } = manifest
    const about = { model, version: number, variant: precisionOf(manifest), backend: facts.backend }
    const made = {
      about: { ...about, ...(settings.slice && { slice: settings.slice }) },
      collector: collectorOf(version, settings),
    }
    if (meters.size >= maxMeters) forgetOldest()
    meters.set(version, made)
    return made
  }
  const forgetOldest = (): void => {
    flush()
    for (const [oldest] of meters) {
      meters.delete(oldest)
      return
    }
  }
  /** Inputs are looked at in a task of their own, after the answer has left. */
  const measureWaiting = (): void => {
    const calls = waiting
    waiting = []
    for (const { collector, call } of calls) {
      try {
        collector.addInputs(call)
      } catch {
        // Inputs that cannot even be looked at are told by the error that the call got.
      }
    }
  }
  const flush = (): void => {
    flushing = false
    if (stopped) return
    measureWaiting()
    const measured = [...meters.values()].flatMap(({ about, collector }) => {
      const taken = collector.take()
      return taken ? [{ ...about, ...taken }] : []
    })
    if (measured.length > 0) tell(measured)
  }
  return {
    ended(version, call, end) {
      const { collector } = meterOf(version)
      const { inputs, encoded } = call
      // At once: outputs may move away with the answer.
      collector.addAnswer({ inputs, answer: answerOf(end) })
      waiting.push({ collector, call: { inputs, tensors: encoded?.tensors, failed: failedOf(end) } })
      if (waiting.length === 1) setTimeout(measureWaiting)
      if (waiting.length >= maxUnmeasured) measureWaiting()
      if (flushing) return
      flushing = true
      setTimeout(flush, flushInterval)
    },
    stop(rest) {
      if (rest === 'told') flush()
      stopped = true
      waiting = []
      meters.clear()
    },
  }
}

function collectorOf({ manifest }: LoadedVersion, settings: MeasureSettings): Collector {
  try {
    return createCollector(manifest, settings)
  } catch {
    const { telemetry: _malformed, ...rest } = manifest
    return createCollector(rest, settings)
  }
}

function answerOf(end: CallEnd): MeasuredCall['answer'] {
  if (end.kind !== 'done') return undefined
  const { outputs, samples, readings = [] } = end.reply
  return { outputs, samples: samples ?? [{ readings }] }
}

/** The feature whose check refused the call. */
function failedOf(end: CallEnd): string | undefined {
  if (end.kind === 'done' || end.error.code !== 'INPUT_VALUE') return undefined
  const { feature } = end.error.details
  return typeof feature === 'string' ? feature : undefined
}
