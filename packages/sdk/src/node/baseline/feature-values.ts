import type { PipelineInput } from '@homing/pipeline'
import type { Tensor } from '@homing/protocol'

import { derivedMeter } from '../../measure/derived-meter.ts'
import { numbersLike } from '../../measure/derived-values.ts'
import type { MeasuredInput } from '../../measure/measured-features.ts'
import { tableMeter } from '../../measure/table-meter.ts'

/** Numbers of a feature, as given and as processed. */
export interface FeatureValues {
  readonly raw: number[]
  readonly processed: number[]
}

/** Gathers the numbers of each numeric feature by its name: what edges are chosen from. */
export function featureValues(measured: readonly MeasuredInput[]): {
  add(
    inputs: Readonly<Record<string, PipelineInput>>,
    tensors: Readonly<Record<string, Tensor>>,
    samples: number,
  ): void
  readonly values: ReadonlyMap<string, FeatureValues>
} {
  const values = new Map(
    numericNames(measured).map((name) => [name, { raw: [], processed: [] } as FeatureValues]),
  )
  const meters = measured.map((input) => (input.kind === 'table' ? tableMeter(input) : derivedMeter(input)))
  return {
    values,
    add(inputs, tensors, samples) {
      for (const meter of meters)
        for (let sample = 0; sample < samples; sample++)
          meter.sample(inputs, sample, (name, value) => {
            if (typeof value === 'number') values.get(name)?.raw.push(value)
          })
      for (const input of measured)
        eachProcessed(input, tensors, samples, (name, value) => values.get(name)?.processed.push(value))
    },
  }
}

function numericNames(measured: readonly MeasuredInput[]): string[] {
  return measured.flatMap((input) =>
    input.kind === 'table'
      ? input.columns.filter(({ kind }) => kind === 'numeric').map(({ name }) => name)
      : input.features.map(({ name }) => name),
  )
}

function eachProcessed(
  input: MeasuredInput,
  tensors: Readonly<Record<string, Tensor>>,
  samples: number,
  visit: (name: string, value: number) => void,
): void {
  const tensor = tensors[input.tensor]
  if (!tensor || Array.isArray(tensor.data)) return
  const numbers = tensor.data as ArrayLike<number | bigint>
  const size = numbers.length / samples
  const spread = { mean: 0, deviation: 0 }
  for (let start = 0; start + size <= numbers.length; start += size) {
    if (input.kind === 'table')
      for (const { name, kind, first } of input.columns) {
        if (kind === 'numeric') visit(name, Number(numbers[start + first]))
      }
    else {
      numbersLike(numbers, start, start + size, spread)
      for (const { name, derive } of input.features)
        visit(name, derive === 'contrast' || derive === 'deviation' ? spread.deviation : spread.mean)
    }
  }
}
