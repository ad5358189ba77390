import { isTensor, type PipelineInput } from '@homing/pipeline'
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
  const values = new Map<string, FeatureValues>(
    numericNames(measured).map((name) => [name, { raw: [], processed: [] }]),
  )
  const inputs = measured.map((input) => ({
    input,
    meter: input.kind === 'table' ? tableMeter(input) : derivedMeter(input),
  }))
  return {
    values,
    add(given, tensors, samples) {
      for (const { input, meter } of inputs) {
        const value = given[input.input]
        // A meter tells no single sample of a tensor with several.
        if (isTensor(value))
          eachNumber(input, value, samples, (name, found) => values.get(name)?.raw.push(found))
        else
          for (let sample = 0; sample < samples; sample++)
            meter.sample(given, sample, (name, found) => {
              if (typeof found === 'number') values.get(name)?.raw.push(found)
            })
        const tensor = tensors[input.tensor]
        if (tensor)
          eachNumber(input, tensor, samples, (name, found) => values.get(name)?.processed.push(found))
      }
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

/** The numbers of each sample of a tensor: of a table its columns, else what is derived of all. */
function eachNumber(
  input: MeasuredInput,
  { data }: Tensor,
  samples: number,
  visit: (name: string, value: number) => void,
): void {
  if (Array.isArray(data)) {
    if (input.kind === 'derived')
      for (const text of data) for (const { name } of input.features) visit(name, text.length)
    return
  }
  const numbers = data as ArrayLike<number | bigint>
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
