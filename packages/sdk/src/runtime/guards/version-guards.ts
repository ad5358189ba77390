import { compileGuards, type GuardHit } from '@homing/pipeline/guards'
import type { PipelineContext, PipelineInput } from '@homing/pipeline'
import type { Manifest } from '@homing/protocol'

import type { Tensors } from '../engine.ts'
import type { PredictReply, Reading } from '../runtime-api.ts'
import { withoutRows } from './blank-rows.ts'
import { type GuardReport, reportOf } from './guard-report.ts'

/** The guards of a loaded version. */
export interface VersionGuards {
  /** Which guards of inputs a call did not keep. */
  inputs(
    given: Readonly<Record<string, PipelineInput>>,
    tensors: Tensors,
    context: PipelineContext,
  ): readonly GuardHit[]
  /** Whether no sample of a call with these hits gets the model's answer, so that it need not run. */
  withholdsAll(hits: readonly GuardHit[], samples: number): boolean
  /** What a caller is told: answers withheld, replaced or marked. */
  judge(reply: PredictReply, hits: readonly GuardHit[]): PredictReply
}

/** @throws HomingError PIPELINE_INVALID when the guards do not fit the version. */
export function versionGuards(manifest: Manifest): VersionGuards {
  const compiled = compileGuards(manifest)
  const { fallback } = manifest.guards ?? {}
  const instead: Reading = {
    ...(fallback?.kind === 'label' ? { label: fallback.label } : {}),
    ...(fallback?.kind === 'value' ? { value: fallback.value } : {}),
    readings: [],
  }
  const answerOf = (guard: GuardReport, reading: Reading): Reading => {
    if (guard.outcome === 'marked') return { ...reading, guard }
    return { ...(guard.outcome === 'fallback' ? instead : { readings: [] }), guard }
  }
  return {
    inputs: compiled.inputs,
    withholdsAll(hits, samples) {
      const withheld = hits.filter(({ then }) => then !== 'mark')
      if (withheld.some(({ sample }) => sample === undefined)) return true
      return samples > 0 && new Set(withheld.map(({ sample }) => sample)).size === samples
    },
    judge(reply, inputHits) {
      const ran = Object.keys(reply.outputs).length > 0
      const hits = [...inputHits, ...(ran ? compiled.outputs(reply.outputs) : [])]
      const sure = ran ? compiled.confidence?.(reply.outputs) : undefined
      if (hits.length === 0 && !sure) return reply
      const { samples = [reply], outputs, version, backend, timings, batch, encoded } = reply
      const count = Math.max(samples.length, ...hits.map(({ sample = 0 }) => sample + 1))
      const judged = Array.from({ length: count }, (_, index): Reading => {
        const own = hits.filter(({ sample }) => sample === undefined || sample === index)
        const { guard, reading } = { guard: reportOf(own), reading: samples[index] ?? { readings: [] } }
        const told = guard ? answerOf(guard, readingOf(reading)) : readingOf(reading)
        return sure?.[index] === undefined ? told : { ...told, confidence: sure[index] }
      })
      const withheld = judged.flatMap(({ guard }, index) => (isWithheld(guard) ? [index] : []))
      const all = reportOf(hits)
      return {
        ...judged[0],
        ...(all ? { guard: count === 1 ? judged[0]!.guard! : all } : {}),
        ...(sure ? { confidence: Math.min(...sure) } : {}),
        outputs: withoutRows(outputs, withheld, count),
        ...(count > 1 ? { samples: judged } : {}),
        version,
        backend,
        ...(batch === undefined ? {} : { batch }),
        ...(encoded ? { encoded } : {}),
        timings,
      }
    },
  }
}

function isWithheld(guard: GuardReport | undefined): boolean {
  return guard !== undefined && guard.outcome !== 'marked'
}

/** The fields of a reading alone: the reply of a single sample has more. */
function readingOf(reply: Partial<Reading> & Partial<PredictReply>): Reading {
  const { outputs, samples, version, backend, batch, encoded, timings, ...reading } = reply
  return { ...reading, readings: reading.readings ?? [] }
}
