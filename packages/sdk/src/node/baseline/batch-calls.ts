import { compilePipeline, isTensor, type PipelineInput, type SampleReading } from '@homing/pipeline'
import { HomingError, type Manifest, type Tensor } from '@homing/protocol'

import type { Target } from './evaluation.ts'

type Inputs = Readonly<Record<string, PipelineInput>>
type Tensors = Readonly<Record<string, Tensor>>

/** The model at the level of its signature. */
export type RunTensors = (tensors: Tensors) => Promise<Tensors>

/** Samples that go through the model together, as an app would pass them, and what is true of each. */
export interface LabelledBatch {
  readonly inputs: Inputs
  readonly targets?: readonly Target[] | undefined
}

/** A batch that was answered, or a sample that the pipeline refused. */
export interface BatchCall {
  readonly inputs: Inputs
  readonly answered?: {
    readonly tensors: Tensors
    readonly outputs: Tensors
    readonly samples: readonly SampleReading[]
    readonly targets: readonly Target[]
    readonly size: number
  }
  readonly refusal?: HomingError
}

/** Runs batches; of those that the pipeline refuses each sample alone. */
export function batchCaller(
  { pipeline, signature }: Pick<Manifest, 'pipeline' | 'signature'>,
  run: RunTensors,
): (batches: Iterable<LabelledBatch>) => Promise<BatchCall[]> {
  const { encode, decode } = compilePipeline(pipeline, signature)
  // Samples lie along the first dimension, where that is dynamic or the pipeline fills it.
  const isBatched =
    (pipeline?.inputs ?? []).length > 0 || signature.inputs.every(({ shape }) => typeof shape[0] === 'string')
  const sizeOf = (tensors: Tensors): number => (isBatched ? (Object.values(tensors)[0]?.shape[0] ?? 1) : 1)
  const one = async ({ inputs, targets = [] }: LabelledBatch): Promise<BatchCall> => {
    const tensors = encode(inputs)
    const outputs = await run(tensors)
    return {
      inputs,
      answered: { tensors, outputs, samples: decode(outputs), targets, size: sizeOf(tensors) },
    }
  }
  return async (batches: Iterable<LabelledBatch>): Promise<BatchCall[]> => {
    const calls: BatchCall[] = []
    for (const batch of batches) {
      try {
        calls.push(await one(batch))
      } catch (error) {
        if (!isRefusal(error)) throw error
        for (const single of singles(batch))
          calls.push(
            await one(single).catch((cause: unknown): BatchCall => {
              if (!isRefusal(cause)) throw cause
              return { inputs: single.inputs, refusal: cause }
            }),
          )
      }
    }
    return calls
  }
}

function isRefusal(error: unknown): error is HomingError {
  return error instanceof HomingError && (error.code === 'INPUT_VALUE' || error.code === 'INPUT_DTYPE')
}

/** The samples of a batch of rows or images; a batch with tensors is one. */
function singles({ inputs, targets }: LabelledBatch): LabelledBatch[] {
  const entries = Object.entries(inputs)
  const lists = entries.flatMap(([, value]) => (Array.isArray(value) ? [value.length] : []))
  if (lists.length !== entries.length || entries.some(([, value]) => isTensor(value)))
    return [{ inputs, targets }]
  return Array.from({ length: lists[0]! }, (_, sample) => ({
    inputs: Object.fromEntries(
      entries.map(([name, value]) => [name, (value as readonly PipelineInput[])[sample]!]),
    ),
    ...(targets && { targets: targets.slice(sample, sample + 1) }),
  }))
}
