import type { ImageInput, ImageStep, TensorSpec } from '@homing/protocol'

import type { RgbaImage } from '../pipeline-input.ts'
import { refusePipeline } from '../refuse-pipeline.ts'
import { type Box, checkImage, type Frame, frameOf } from './frame.ts'
import { contentOf, crop, squareOf } from './crop.ts'
import { pad } from './pad.ts'
import { resize } from './resize.ts'
import { greyscale, invert, normalise, scale } from './values.ts'

/** What is known of a frame before any image is seen; a size is undefined while it depends on the image. */
interface Known {
  readonly width: number | undefined
  readonly height: number | undefined
  readonly channels: 1 | 3
}

/** Colour under transparent pixels where no step says another. */
const defaultBackground = [255, 255, 255] as const

/** Refuses steps that cannot work one after another, or whose result cannot fit the tensor. */
export function checkImageSteps(input: ImageInput, spec: TensorSpec, path: string): void {
  let known: Known = { width: undefined, height: undefined, channels: 3 }
  for (const [index, step] of input.steps.entries())
    known = after(known, step, index, `${path}.steps.${index}`)
  if (spec.dtype !== 'float32' && spec.dtype !== 'uint8') {
    refusePipeline(`${path}.tensor`, `images become float32 or uint8, and "${spec.name}" is ${spec.dtype}`)
  }
  if (spec.shape.length !== 3 && spec.shape.length !== 4) {
    refusePipeline(
      `${path}.tensor`,
      `images become tensors of rank 3 or 4 (batch first), and "${spec.name}" has rank ${spec.shape.length}`,
    )
  }
  const { width, height, channels } = known
  const expected = spec.shape.slice(-3)
  const found = input.layout === 'nchw' ? [channels, height, width] : [height, width, channels]
  const parts = input.layout === 'nchw' ? ['channels', 'height', 'width'] : ['height', 'width', 'channels']
  for (const [axis, size] of found.entries()) {
    const dim = expected[axis]
    if (typeof dim === 'number' && size !== undefined && dim !== size) {
      refusePipeline(path, `the steps give ${size} as ${parts[axis]}, and tensor "${spec.name}" needs ${dim}`)
    }
  }
}

function after(known: Known, step: ImageStep, index: number, path: string): Known {
  switch (step.op) {
    case 'background':
      if (index > 0)
        refusePipeline(
          path,
          '"background" must be the first step: transparency is resolved when the image is read',
        )
      return known
    case 'greyscale':
      return { ...known, channels: 1 }
    case 'crop':
      // A box may reach beyond the image and is then cut, so its size is not certain.
      return { ...known, width: undefined, height: undefined }
    case 'resize':
      if (step.fit === 'contain') return { ...known, width: undefined, height: undefined }
      return { ...known, width: step.width, height: step.height }
    case 'pad':
      return { ...known, width: step.width, height: step.height }
    case 'normalise':
      if (step.mean.length !== step.std.length)
        refusePipeline(path, 'mean and std must have the same number of channels')
      if (step.mean.length !== 1 && step.mean.length !== known.channels) {
        refusePipeline(
          path,
          `mean and std have ${step.mean.length} channels, and the image has ${known.channels}`,
        )
      }
      return known
    case 'invert':
    case 'scale':
      return known
  }
}

/**
 * An image after all steps of an input.
 * @throws HomingError INPUT_DTYPE, INPUT_SHAPE when it is no decoded image.
 */
export function runImageSteps({ name, steps }: ImageInput, image: unknown): Frame {
  checkImage(name, image)
  const [first] = steps
  let frame = frameOf(image, first?.op === 'background' ? first.colour : defaultBackground)
  for (const step of steps) frame = runImageStep(frame, step)
  return frame
}

/**
 * What the tensor of an image shows of it, in pixels of the image: where the steps cut, it is less, and where they put a
 * canvas around, it is more. Element (row, column) of H x W covers its H-th and W-th part there.
 * @throws HomingError INPUT_DTYPE, INPUT_SHAPE when it is no decoded image.
 */
export function shownArea(input: ImageInput, image: RgbaImage): Box {
  return runImageSteps(input, image).source
}

/** One step on one frame. Steps on values work in place: a frame belongs to its run. */
function runImageStep(frame: Frame, step: ImageStep): Frame {
  switch (step.op) {
    case 'background':
      return frame
    case 'greyscale':
      return greyscale(frame)
    case 'invert':
      return invert(frame)
    case 'crop':
      if (step.to.kind === 'square') return crop(frame, squareOf(frame))
      return crop(frame, step.to.kind === 'box' ? step.to : contentOf(frame, step.to.threshold))
    case 'resize':
      return resize(frame, step, step.fit, step.filter)
    case 'pad':
      return pad(frame, step)
    case 'scale':
      return scale(frame, step.by)
    case 'normalise':
      return normalise(frame, step.mean, step.std)
  }
}
