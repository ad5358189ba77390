import type { Baseline } from '@homing/protocol'

import type { MonitorBaseline } from './figures.ts'

/** The data that a version was made with, and how right it was on them at publication, as what its windows are held against. */
export function trainingBaseline({ features, outputs, correlation, evaluation }: Baseline): MonitorBaseline {
  return {
    name: 'training',
    figures: {
      features,
      ...(outputs && { outputs }),
      ...(correlation && { correlation }),
      ...(evaluation && { feedback: evaluation.feedback }),
    },
  }
}
