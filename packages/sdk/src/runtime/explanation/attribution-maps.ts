import { isTensor, type PipelineInput, type RgbaImage, shownArea } from '@homing/pipeline'
import type { ImageInput, Pipeline, Tensor } from '@homing/protocol'

import type { AttributionMap } from '../explanation-api.ts'

/** Attributions of an input of the model, in its shape. */
export interface InputAttributions {
  readonly values: Float64Array
  readonly shape: readonly number[]
}

/** The attributions of the pipeline's images as maps, by the names of the images. */
export function attributionMaps(
  pipeline: Pipeline | undefined,
  passed: Readonly<Record<string, PipelineInput>>,
  attributions: Readonly<Record<string, InputAttributions>>,
): Record<string, AttributionMap> {
  const maps = (pipeline?.inputs ?? []).flatMap((input) => {
    const attributed = attributions[input.tensor]
    if (input.kind !== 'image' || !attributed) return []
    const value = passed[input.name] ?? passed[input.tensor]!
    const [image] = (Array.isArray(value) ? value : [value]) as readonly (RgbaImage | Tensor)[]
    const map = overChannels(attributed, input.layout)
    return [[input.name, isTensor(image) ? map : { ...map, area: shownArea(input, image!) }] as const]
  })
  return Object.fromEntries(maps)
}

function overChannels({ values, shape }: InputAttributions, layout: ImageInput['layout']): AttributionMap {
  const [a, b, c] = shape.slice(-3) as [number, number, number]
  const [channels, height, width] = layout === 'nchw' ? [a, b, c] : [c, a, b]
  const pixels = width * height
  const data = new Float32Array(pixels)
  values.forEach((value, i) => {
    data[layout === 'nchw' ? i % pixels : Math.floor(i / channels)]! += value
  })
  return { width, height, data }
}
