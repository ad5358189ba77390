import { classesMeter } from './classes-meter.ts'
import type { Disguise } from './disguise.ts'
import { embeddingMeter } from './embedding-meter.ts'
import type { PlannedOutput } from './measured-outputs.ts'
import type { OutputMeter } from './output-meter.ts'
import { rankingMeter } from './ranking-meter.ts'
import { valueMeter } from './value-meter.ts'

/** The meter of an output; under a `disguise` those alone that can be told under it. */
export function meterOfOutput(output: PlannedOutput, disguise?: Disguise): OutputMeter {
  switch (output.measured.kind) {
    case 'classes':
      return classesMeter(output, disguise)
    case 'value':
      return valueMeter(output.tensor, output.measured.edges, disguise)
    case 'ranking':
      return rankingMeter(output.tensor, output.measured.items ?? output.labels, disguise)
    case 'embedding':
      return embeddingMeter(output.tensor, output.measured, output.size, disguise)
  }
}
