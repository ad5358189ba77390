import type { OutputGuard, OutputReading, Pipeline, Signature, Tensor, TensorSpec } from '@homing/protocol'

import { firstNonFinite } from '../first-non-finite.ts'
import { numbersOf } from '../output/numbers-of.ts'
import { refusePipeline } from '../refuse-pipeline.ts'
import { classificationOf, classProbabilities, entropyOf, marginOf } from './class-scores.ts'
import type { Finding } from './guard-hit.ts'
import { checkRange, outsideRange } from './number-range.ts'
import { equalParts, type SamplePart, sampleParts } from './sample-parts.ts'

type Outputs = Readonly<Record<string, Tensor>>

/**
 * Looks at what the model gave. A range of an output that is read as a regression is of its readings, before they are
 * clamped.
 * @throws HomingError PIPELINE_INVALID when the guard does not fit.
 */
export function outputGuard(
  guard: OutputGuard,
  { signature, pipeline }: { signature: Signature; pipeline?: Pipeline | undefined },
  path: string,
): (outputs: Outputs) => Finding[] {
  const spec = numericOutput(signature, guard.output, `${path}.output`)
  const reading = pipeline?.outputs.find(({ tensor }) => tensor === guard.output)
  const parts = (tensor: Tensor): readonly SamplePart[] => partsOf(spec, reading, tensor)
  const each = (outputs: Outputs, find: (numbers: Float64Array) => number | undefined): Finding[] => {
    const tensor = outputs[guard.output]!
    const numbers = numbersOf(tensor)
    return parts(tensor).flatMap(({ start, end, ...where }): Finding[] => {
      const found = find(numbers.slice(start, end))
      return found === undefined ? [] : [{ ...where, found }]
    })
  }
  switch (guard.kind) {
    case 'finite':
      return (outputs) => {
        if (firstNonFinite(outputs[guard.output]!) < 0) return []
        return each(outputs, (numbers) => numbers.find((value) => !Number.isFinite(value)))
      }
    case 'range': {
      checkRange(guard, path)
      const { scale = 1, offset = 0 } = reading?.kind === 'regression' ? reading : {}
      return (outputs) =>
        each(outputs, (numbers) =>
          outsideRange(
            numbers.map((value) => value * scale + offset),
            guard,
          ),
        )
    }
    case 'order': {
      const other = numericOutput(signature, guard.atMost, `${path}.atMost`)
      if (other === spec) refusePipeline(`${path}.atMost`, 'an output is compared with itself')
      return (outputs) => {
        const bounds = numbersOf(outputs[guard.atMost]!)
        const numbers = numbersOf(outputs[guard.output]!)
        return parts(outputs[guard.output]!).flatMap(({ start, end, ...where }): Finding[] => {
          for (let i = start; i < end; i++)
            if (!(numbers[i]! <= bounds[i]!)) return [{ ...where, found: numbers[i]! }]
          return []
        })
      }
    }
    case 'margin':
    case 'entropy': {
      const classes = classificationOf(pipeline, guard.output, `${path}.output`)
      const { temperature = 1 } = guard
      return (outputs) =>
        classProbabilities(classes, outputs[guard.output]!, temperature).flatMap((own, sample) => {
          const found = guard.kind === 'margin' ? marginOf(classes, own) : entropyOf(classes, own)
          const kept = guard.kind === 'margin' ? found >= guard.least : found <= guard.most
          return kept ? [] : [{ sample, found }]
        })
    }
    case 'labels': {
      const { labels } = classificationOf(pipeline, guard.output, `${path}.output`)
      const unknown = guard.labels.find((label) => !labels.includes(label))
      if (unknown !== undefined) refusePipeline(`${path}.labels`, `the output has no label "${unknown}"`)
      const allowed = new Set(guard.labels)
      return (outputs) => {
        const scores = numbersOf(outputs[guard.output]!)
        return equalParts(scores.length, scores.length / labels.length).flatMap(
          ({ start, end, sample }): Finding[] => {
            const own = scores.subarray(start, end)
            const found = labels[own.indexOf(own.reduce((a, b) => Math.max(a, b), -Infinity))]
            if (found === undefined) return [{ sample: sample! }]
            return allowed.has(found) ? [] : [{ sample: sample!, found }]
          },
        )
      }
    }
  }
}

function numericOutput({ outputs }: Signature, name: string, path: string): TensorSpec {
  const spec = outputs.find((output) => output.name === name)
  if (!spec) return refusePipeline(path, `the signature has no "${name}"`)
  if (spec.dtype === 'string') refusePipeline(path, `"${name}" holds strings`)
  return spec
}

/** As the pipeline divides an output into samples; without a reading along the first axis. */
function partsOf(
  spec: TensorSpec,
  reading: OutputReading | undefined,
  tensor: Tensor,
): readonly SamplePart[] {
  if (!reading) return sampleParts(spec, tensor)
  const width = reading.kind === 'classification' ? reading.labels.length : 1
  return equalParts(tensor.data.length, tensor.data.length / width)
}
