import { HomingError, parseWith } from '@homing/protocol'

import { type TrainingConfig, TrainingConfigSchema } from '../pack/training/training-config.ts'

/** Flags of `homing pack` that say how devices train, as they were typed. */
export interface TrainingFlags {
  readonly train?: true
  readonly loss?: string
  readonly optimiser?: string
  readonly trainable?: readonly string[]
  readonly batch?: string
  readonly epochs?: string
  readonly learningRate?: string
}

/** Share of itself that a step of AdamW takes from a tensor (Loshchilov and Hutter 2019), times the learning rate. */
const adamWDecay = 0.01

/** Optimisers that have a name of their own and are settings of others. */
const optimisers: Readonly<Record<string, Pick<TrainingConfig, 'optimiser' | 'weightDecay'>>> = {
  nesterov: { optimiser: { kind: 'momentum', nesterov: true } },
  adamw: { optimiser: { kind: 'adam' }, weightDecay: adamWDecay },
}

const groups: readonly string[] = ['all', 'head', 'biases-and-norms']

/**
 * What the flags say of training; undefined where there are none.
 * @throws HomingError CONFIG_INVALID
 */
export function trainingFlags(flags: TrainingFlags): true | TrainingConfig | undefined {
  const { loss, optimiser, trainable, batch, epochs, learningRate } = flags
  const said = {
    ...(loss !== undefined && {
      loss: loss.endsWith('.onnx') ? { kind: 'graph', file: loss } : { kind: loss },
    }),
    ...(optimiser !== undefined && (optimisers[optimiser] ?? { optimiser: { kind: optimiser } })),
    ...(trainable && {
      trainable: trainable.length === 1 && groups.includes(trainable[0]!) ? trainable[0] : trainable,
    }),
    ...numbers({ batch, epochs, learningRate }),
  }
  if (Object.keys(said).length === 0) return flags.train
  return parseWith(TrainingConfigSchema, said, 'CONFIG_INVALID', 'The flags of training')
}

/** Sizes of dimensions, typed as `time=32`. @throws HomingError CONFIG_INVALID */
export function dimFlags(dims: readonly string[] | undefined): Record<string, number> | undefined {
  return dims && numbers(Object.fromEntries(dims.map(nameAndSize)))
}

/** `time=32` as name and size; a name may have an `=` of its own. */
function nameAndSize(text: string): [string, string] {
  const at = text.lastIndexOf('=')
  return [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
}

function numbers(texts: Readonly<Record<string, string | undefined>>): Record<string, number> {
  const given = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(
    given.map(([name, text]) => {
      const value = text.trim() === '' ? NaN : Number(text)
      if (!Number.isNaN(value)) return [name, value]
      throw new HomingError('CONFIG_INVALID', `"${text}" is no number for ${name}`)
    }),
  )
}
