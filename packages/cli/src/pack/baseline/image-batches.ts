import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { RgbaImage } from '@homing/pipeline'
import { HomingError, type ImageInput } from '@homing/protocol'
import type { LabelledBatch } from '@homing/sdk/node'

import { maxModelBytes } from '../../config.ts'
import { type NpyArray, readNpy } from '../probes/npy.ts'
import { tensorOfNpy } from '../probes/tensor-of.ts'
import { readSmallFile } from '../read-small-file.ts'

/**
 * Images of a folder with `<input>.npy`, of bytes and the shape [samples, height, width] or [samples, height, width, 1, 3 or 4],
 * and perhaps `targets.npy`; undefined where there is no such file.
 * @throws HomingError DATA_INVALID
 */
export async function imageBatches(
  folder: string,
  { name }: ImageInput,
  size: number,
): Promise<LabelledBatch[] | undefined> {
  const files = await readdir(folder)
  const own = `${encodeURIComponent(name)}.npy`
  if (!files.includes(own)) return undefined
  const path = join(folder, own)
  const images = imagesOf(await npy(path), path)
  const targetPath = join(folder, 'targets.npy')
  const targets = files.includes('targets.npy')
    ? Array.from(tensorOfNpy(await npy(targetPath), { dtype: 'float64' }, targetPath).data, Number)
    : undefined
  if (targets && targets.length !== images.length)
    throw new HomingError(
      'DATA_INVALID',
      `${folder} has ${targets.length} targets for ${images.length} images`,
    )
  return Array.from({ length: Math.ceil(images.length / size) }, (_, at) => {
    const [start, end] = [at * size, (at + 1) * size]
    return {
      inputs: { [name]: images.slice(start, end) },
      ...(targets && { targets: targets.slice(start, end) }),
    }
  })
}

async function npy(path: string): Promise<NpyArray> {
  return readNpy(await readSmallFile(path, maxModelBytes, 'DATA_INVALID', path), path)
}

function imagesOf({ dtype, shape, bytes }: NpyArray, path: string): RgbaImage[] {
  const [count = 0, height = 0, width = 0, channels = 1] = shape
  if (dtype !== 'uint8' || shape.length < 3 || shape.length > 4 || ![1, 3, 4].includes(channels))
    throw new HomingError(
      'DATA_INVALID',
      `${path} is ${dtype} [${shape.join(', ')}]; images are uint8 [samples, height, width] or [samples, height, width, 1, 3 or 4]`,
    )
  const size = height * width * channels
  return Array.from({ length: count }, (_, at) => ({
    width,
    height,
    data: rgba(bytes.subarray(at * size, (at + 1) * size), channels),
  }))
}

function rgba(bytes: Uint8Array, channels: number): Uint8ClampedArray {
  const data = new Uint8ClampedArray((bytes.length / channels) * 4).fill(255)
  for (let pixel = 0; pixel < bytes.length / channels; pixel++)
    for (let channel = 0; channel < 4; channel++) {
      if (channel === 3 && channels < 4) continue // opaque
      data[pixel * 4 + channel] = bytes[pixel * channels + (channels === 1 ? 0 : channel)]!
    }
  return data
}
