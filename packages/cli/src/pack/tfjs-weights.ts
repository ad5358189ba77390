import { HomingError, type ParameterTensor } from '@homing/protocol'

import { openContained, type RangedFile } from './contained-file.ts'
import type { ParameterSource } from './parameter-source.ts'
import type { TfjsModelJson, TfjsWeight } from './tfjs-model-json.ts'

/** Bytes of one element as tfjs stores it (tfjs-core, `io/types`, `DTYPE_VALUE_SIZE_MAP`). */
const elementBytes: Readonly<Record<string, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
  complex64: 8,
}

/** Name of the virtual file. The topology of tfjs does not name it. */
const weightsPath = 'weights.bin'

/** One weight file and where its bytes begin in the virtual file. */
interface Part {
  readonly file: RangedFile
  readonly start: number
}

/**
 * The weight files of a tfjs model as one virtual file without gaps, as `weightData` is. Close it after use.
 * @throws HomingError TFJS_INVALID when files are missing, outside `folder`, or of another size than their weights
 */
export async function tfjsWeights(
  folder: string,
  groups: TfjsModelJson['groups'],
): Promise<ParameterSource & { readonly close: () => Promise<void> }> {
  const parts: Part[] = []
  const tensors: ParameterTensor[] = []
  const close = async (): Promise<void> => {
    await Promise.all(parts.map(({ file }) => file.close()))
  }
  let size = 0
  try {
    for (const { paths, weights } of groups) {
      const groupStart = size
      for (const path of paths) {
        const file = await openContained(folder, path, 'TFJS_INVALID')
        parts.push({ file, start: size })
        size += file.size
      }
      let offset = groupStart
      for (const weight of weights) {
        const tensor = placed(weight, offset)
        tensors.push(tensor)
        offset += tensor.size
      }
      if (offset !== size) {
        throw new HomingError(
          'TFJS_INVALID',
          `The weights of ${paths.join(', ')} need ${offset - groupStart} bytes, and the files have ${size - groupStart}`,
        )
      }
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    path: weightsPath,
    size,
    tensors,
    read: (index, target, position) => readAcross(parts, target, tensors[index]!.offset + position),
    close,
  }
}

function placed({ name, shape, dtype, quantization }: TfjsWeight, offset: number): ParameterTensor {
  const stored = quantization?.dtype ?? dtype
  const bytes = elementBytes[stored]
  if (bytes === undefined) {
    throw new HomingError('TFJS_INVALID', `Weight "${name}" holds ${stored}, which is not carried`, {
      details: { name, dtype: stored },
    })
  }
  const size = shape.reduce((product, dim) => product * dim, bytes)
  if (!Number.isSafeInteger(size))
    throw new HomingError('TFJS_INVALID', `Weight "${name}" has the absurd shape [${shape.join(', ')}]`)
  return { name, dtype: stored, shape, offset, size }
}

async function readAcross(parts: readonly Part[], target: Uint8Array, position: number): Promise<void> {
  const end = position + target.byteLength
  for (const { file, start } of parts) {
    const [from, to] = [Math.max(position, start), Math.min(end, start + file.size)]
    if (to > from) await file.read(target.subarray(from - position, to - position), from - start)
  }
}
