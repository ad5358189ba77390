import type { ModelProto } from '@homing/onnx'

import type { TrainingOptions } from '../../index.ts'
import { cnn } from '../models/cnn.ts'
import { encoder, encoderSizes } from '../models/encoder.ts'
import { groupNormalised } from '../models/group-norm.ts'
import { gru } from '../models/gru.ts'
import { mlp } from '../models/mlp.ts'
import { residual } from '../models/residual.ts'
import { separable } from '../models/separable.ts'
import { numbers } from '../numbers.ts'
import type { Numbers } from '../run-model.ts'

/** A network and a way to train it, the same on every backend. */
export interface StepCase {
  readonly name: string
  readonly model: ModelProto
  readonly options: TrainingOptions
  /** A batch and its targets. */
  readonly feeds: Readonly<Record<string, Numbers>>
  readonly learningRate: number
}

const batch = 3
const loss = 'softmax-cross-entropy'
const targets = { shape: [batch], data: Int32Array.of(1, 3, 0) }
const words = Int32Array.from({ length: batch * encoderSizes.tokens }, (_, i) => (i * 7) % encoderSizes.words)

function stepCase(
  name: string,
  model: ModelProto,
  x: Numbers,
  options: Pick<TrainingOptions, 'optimiser'> & Partial<TrainingOptions>,
): StepCase {
  const settings: TrainingOptions = { dims: { batch }, loss, ...options }
  return { name, model, options: settings, feeds: { x, targets }, learningRate: 0.01 }
}

/** Between them they train with every optimiser, and hold every family of operators that networks are made of. */
export const stepCases: readonly StepCase[] = [
  stepCase('MLP, SGD', mlp(), numbers([batch, 5], 1), { optimiser: { kind: 'sgd' } }),
  stepCase('CNN on stored averages, momentum', cnn(), numbers([batch, 2, 8, 8], 2), {
    optimiser: { kind: 'momentum', nesterov: true },
  }),
  stepCase('CNN on batch statistics, Adam', cnn(), numbers([batch, 2, 8, 8], 2), {
    optimiser: { kind: 'adam', epsilon: 1e-3 },
    batchStatistics: true,
    weightDecay: 0.1,
    clipNorm: 1,
  }),
  stepCase('residual block, momentum', residual(), numbers([batch, 2, 9, 9], 3), {
    optimiser: { kind: 'momentum' },
  }),
  stepCase('depthwise separable block, momentum', separable(), numbers([batch, 3, 9, 9], 4), {
    optimiser: { kind: 'momentum' },
  }),
  stepCase(
    'transformer encoder, Adam',
    encoder(),
    { shape: [batch, encoderSizes.tokens], data: words },
    {
      optimiser: { kind: 'adam', epsilon: 1e-3 },
    },
  ),
  stepCase('GRU, momentum', gru(), numbers([batch, 4, 3], 6), { optimiser: { kind: 'momentum' } }),
  stepCase('group normalisation, SGD', groupNormalised(), numbers([batch, 2, 5, 5], 7), {
    optimiser: { kind: 'sgd' },
  }),
]
