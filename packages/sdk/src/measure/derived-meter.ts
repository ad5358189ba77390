import { isTensor, type PipelineInput, type RgbaImage } from '@homing/pipeline'
import type { FeatureSummary, Tensor } from '@homing/protocol'

import { luminanceOf, numbersLike, type Spread } from './derived-values.ts'
import type { Disguise } from './disguise.ts'
import type { InputMeter } from './input-meter.ts'
import type { DerivedFeature, MeasuredInput } from './measured-features.ts'
import { numberMeter } from './number-meter.ts'

type Visit = (derive: DerivedFeature['derive'], value: number) => void

/** Measures what is made of whole inputs: images before the pipeline, strings, and numbers of tensors. */
export function derivedMeter(
  { input, tensor, batched, features }: Extract<MeasuredInput, { kind: 'derived' }>,
  disguise?: Disguise,
): InputMeter {
  const meters = features.map((feature) => ({
    feature,
    raw: numberMeter(feature.edges, disguise),
    processed: numberMeter(feature.processedEdges, disguise),
  }))
  const spread: Spread = { mean: 0, deviation: 0 }
  const add = (which: 'raw' | 'processed', derive: DerivedFeature['derive'], value: number): void => {
    for (const meter of meters) if (meter.feature.derive === derive) meter[which].add(value)
  }
  const addRaw: Visit = (derive, value) => add('raw', derive, value)

  const eachOfTensor = ({ dtype, shape, data }: Tensor, visit: Visit): void => {
    if (Array.isArray(data)) {
      for (const text of data) visit('length', text.length)
      return
    }
    if (dtype === 'float16' || dtype === 'string') return // bits, not numbers
    const samples = batched ? (shape[0] ?? 1) : 1
    const size = data.length / samples
    if (!(size >= 1)) return // none, or moved away
    for (let start = 0; start + size <= data.length; start += size) {
      numbersLike(data, start, start + size, spread)
      visit('mean', spread.mean)
      visit('deviation', spread.deviation)
    }
  }
  const eachImage = (image: unknown, visit: Visit): void => {
    if (!isImage(image)) return
    luminanceOf(image, spread)
    visit('brightness', spread.mean)
    visit('contrast', spread.deviation)
  }
  const eachGiven = (value: PipelineInput | undefined, visit: Visit): void => {
    if (isTensor(value)) eachOfTensor(value, visit)
    else if (Array.isArray(value)) for (const item of value as readonly unknown[]) eachImage(item, visit)
    else eachImage(value, visit)
  }
  const givenOf = (inputs: Readonly<Record<string, PipelineInput>>): PipelineInput | undefined =>
    Object.hasOwn(inputs, input) ? inputs[input] : undefined

  return {
    given: (inputs) => eachGiven(givenOf(inputs), addRaw),
    encoded(tensors) {
      const encoded = tensors[tensor]
      if (!encoded) return
      eachOfTensor(encoded, (derive, value) => {
        add('processed', derive, value)
        // What is brightness and contrast of an image is mean and deviation of the numbers that it becomes.
        if (derive === 'mean') add('processed', 'brightness', value)
        if (derive === 'deviation') add('processed', 'contrast', value)
      })
    },
    take() {
      const raw: Record<string, FeatureSummary> = {}
      const processed: Record<string, FeatureSummary> = {}
      for (const { feature, ...each } of meters) {
        const [given, encoded] = [each.raw.take(), each.processed.take()]
        if (given) raw[feature.name] = given
        if (encoded) processed[feature.name] = encoded
      }
      return { raw, processed }
    },
    sample(inputs, sample, visit) {
      const value = givenOf(inputs)
      const one = Array.isArray(value) ? (value as readonly PipelineInput[])[sample] : value
      if (isTensor(one) && batched && (one.shape[0] ?? 1) > 1) return // one of many rows: not worth a copy
      eachGiven(one, (derive, found) => {
        for (const { feature } of meters) if (feature.derive === derive) visit(feature.name, found)
      })
    },
  }
}

function isImage(value: unknown): value is RgbaImage {
  if (typeof value !== 'object' || value === null) return false
  const { width, height, data } = value as Partial<RgbaImage>
  return typeof width === 'number' && typeof height === 'number' && ArrayBuffer.isView(data)
}
