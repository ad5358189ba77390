import { HomingError, type ImageInput, type Tensor, type TensorSpec } from '@homing/protocol'

import type { Frame } from './frame.ts'
import { checkImageSteps, runImageSteps } from './image-steps.ts'
import { writeFrame } from './write-frame.ts'

/**
 * A function from one image, or a batch of images, to the tensor of `spec`: [N, C, H, W] or [N, H, W, C], and
 * without N where the tensor has rank 3.
 * @throws HomingError PIPELINE_INVALID when the steps do not fit.
 */
export function imageEncoder(input: ImageInput, spec: TensorSpec, path: string): (value: unknown) => Tensor {
  checkImageSteps(input, spec, path)
  const { name, layout } = input

  return (value) => {
    const images: readonly unknown[] = Array.isArray(value) ? value : [value]
    const batched = spec.shape.length === 4
    if (images.length === 0 || (!batched && images.length > 1)) {
      throw new HomingError(
        'INPUT_SHAPE',
        `Input "${name}" takes ${batched ? 'one or more images' : 'one image'}, and got ${images.length}`,
        { details: { name } },
      )
    }
    let target: Float32Array | Uint8Array | undefined
    let size: Frame | undefined
    for (const [index, image] of images.entries()) {
      const frame = runImageSteps(input, image)
      size ??= frame
      if (frame.width !== size.width || frame.height !== size.height) {
        throw new HomingError(
          'INPUT_SHAPE',
          `Image ${index} of input "${name}" has ${frame.width} x ${frame.height} values after its steps, and image 0 has ${size.width} x ${size.height}`,
          { details: { name, index } },
        )
      }
      const length = frame.data.length
      target ??=
        spec.dtype === 'uint8'
          ? new Uint8Array(length * images.length)
          : new Float32Array(length * images.length)
      writeFrame(frame, layout, target, index * length)
    }
    return tensorOf(target!, size!, layout, batched ? [images.length] : [])
  }
}

function tensorOf(
  data: Float32Array | Uint8Array,
  { width, height, channels }: Frame,
  layout: 'nchw' | 'nhwc',
  batch: number[],
): Tensor {
  const shape = [...batch, ...(layout === 'nchw' ? [channels, height, width] : [height, width, channels])]
  return data instanceof Uint8Array ? { dtype: 'uint8', shape, data } : { dtype: 'float32', shape, data }
}
