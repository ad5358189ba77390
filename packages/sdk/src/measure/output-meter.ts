import type { SampleReading } from '@homing/pipeline'
import type { OutputSummary, Tensor } from '@homing/protocol'

/** What a call was answered. */
export interface MeasuredAnswer {
  /** By sample; without readings where a guard withheld the answer. */
  readonly samples: readonly Pick<SampleReading, 'readings'>[]
  readonly outputs: Readonly<Record<string, Tensor>>
}

/** Measures one output of a version. */
export interface OutputMeter {
  add(answer: MeasuredAnswer): void
  take(): OutputSummary | undefined
}
