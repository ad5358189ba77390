import type { TelemetryGroup } from '@homing/protocol'

import type { BatchSpread } from '../hypothesis/design-effect.ts'

/**
 * How alike the observations of one device are, by label: over batches the observations (`n`), their squares, and for each
 * label its count, the squares of its counts and their products with the observations.
 */
export interface LabelSpread {
  batches: number
  n: number
  nn: number
  labels: Record<string, [y: number, yy: number, ny: number]>
}

/** What is the same for all groups of a rollup, or told otherwise there. */
type Place = 'hour' | 'model' | 'version' | 'variant' | 'backend' | 'slice' | 'first' | 'pipeline'

/** What groups of many batches were merged into: plain JSON. Counts may exceed those of a batch. */
export interface RollupBody extends Omit<TelemetryGroup, Place> {
  /** How many batches went through which pipeline, by its hash. */
  pipelines?: Record<string, number>
  /** How much batches differ: what tells the design effect. */
  spread: {
    /** Errors (y) by predictions (n). */
    errors: BatchSpread
    /** Sums of values by their number: of features before and after the pipeline, and of outputs. */
    raw?: Record<string, BatchSpread>
    processed?: Record<string, BatchSpread>
    outputs?: Record<string, BatchSpread>
    /** Categories of features before the pipeline, and labels of outputs. */
    categories?: Record<string, LabelSpread>
    labels?: Record<string, LabelSpread>
  }
  /** Summaries that were left out, because they do not go together with what came first, or there were too many names. */
  unmerged?: number
}
