import { isTensor, type PipelineInput, type RgbaImage, type Row } from '@homing/pipeline'
import {
  type Feature,
  HomingError,
  type ImageInput,
  type Manifest,
  type TableInput,
  type Tensor,
} from '@homing/protocol'

const black = [0, 0, 0]

/** What the caller compares with, bitmaps read: a number for all pixels or elements, or an input. */
export type GivenBaselines = Readonly<Record<string, number | PipelineInput>>

/**
 * The row that a row is compared with. What neither the caller nor the manifest names is a usual value: the mean that
 * it is standardised by, else what is imputed, else the first category or 0.
 * @throws HomingError CONFIG_INVALID when the caller's is no row.
 */
export function baselineRow(
  { explanation }: Manifest,
  { name, features }: TableInput,
  given: GivenBaselines,
): Row {
  const declared: unknown = explanation?.baselines?.[name]
  const asked: unknown = given[name] ?? {}
  if (!isRow(asked))
    throw new HomingError('CONFIG_INVALID', `The baseline of table "${name}" must be a row of features.`)
  const usual = Object.fromEntries(features.map((feature) => [feature.name, usualValue(feature)]))
  return { ...usual, ...(isRow(declared) ? declared : {}), ...asked }
}

/**
 * What an image is compared with: an image of one grey, of the same size. Without a word of the caller or the manifest
 * it is what the pipeline puts behind a picture (its step `background`), and black where it says nothing of that.
 * For a tensor, an image of the tensor's own size is sent through the steps.
 */
export function baselineImage(
  { explanation }: Manifest,
  { name, tensor, layout, steps }: ImageInput,
  value: PipelineInput,
  given: GivenBaselines,
): PipelineInput {
  const asked = given[name] ?? given[tensor] ?? explanation?.baselines?.[name]
  if (typeof asked === 'object') return asked as PipelineInput
  const [first] = steps
  const usual = first?.op === 'background' ? first.colour : black
  const colour = asked === undefined ? usual : black.map(() => asked * 255)
  const [image] = (Array.isArray(value) ? value : [value]) as readonly (RgbaImage | Tensor)[]
  if (!isTensor(image)) return plainImage(image!, colour)
  const [height, width] = layout === 'nchw' ? image.shape.slice(-2) : image.shape.slice(-3, -1)
  return plainImage({ width: width!, height: height! }, colour)
}

/**
 * What a tensor without pipeline is compared with: the caller's tensor, or a number for all elements, 0 by default.
 * @throws HomingError CONFIG_INVALID when the caller's is neither.
 */
export function baselineTensor(
  { explanation }: Manifest,
  name: string,
  tensor: Tensor,
  given: GivenBaselines,
): Tensor {
  const asked = given[name] ?? explanation?.baselines?.[name] ?? 0
  if (isTensor(asked)) return asked
  if (typeof asked !== 'number' || (tensor.dtype !== 'float32' && tensor.dtype !== 'float64'))
    throw new HomingError('CONFIG_INVALID', `The baseline of tensor "${name}" must be a tensor or a number.`)
  return { ...tensor, data: tensor.data.slice().fill(asked) } as Tensor
}

function usualValue(feature: Feature): number | string {
  if (feature.kind === 'category') return feature.impute ?? feature.categories[0]!
  return feature.standardise?.mean ?? feature.impute ?? 0
}

function plainImage(
  { width, height }: { width: number; height: number },
  colour: readonly number[],
): RgbaImage {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let at = 0; at < data.length; at += 4) data.set([...colour, 255], at)
  return { width, height, data }
}

function isRow(value: unknown): value is Row {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !isTensor(value) &&
    !('data' in value && 'width' in value)
  )
}
