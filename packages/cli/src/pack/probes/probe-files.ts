import type { FileRef, Probes, TensorPlace } from '@homing/protocol'

import type { BlobWriter } from '../blob-writer.ts'
import type { Tensors } from './tensor-set.ts'

/** Bytes to which tensors are aligned: those of the widest numbers. */
const alignment = 8

/** Writes golden inputs and outputs as a file each, and tells where each tensor lies. */
export async function writeProbeFiles(
  cases: readonly { readonly inputs: Tensors; readonly outputs: Tensors }[],
  write: BlobWriter,
): Promise<Pick<Probes, 'inputs' | 'outputs' | 'cases'>> {
  const [inputs, outputs] = [tensorFile(), tensorFile()]
  const places = cases.map((each) => ({
    inputs: inputs.put(each.inputs),
    outputs: outputs.put(each.outputs),
  }))
  return { inputs: await inputs.write(write), outputs: await outputs.write(write), cases: places }
}

function tensorFile(): { put(tensors: Tensors): TensorPlace[]; write(to: BlobWriter): Promise<FileRef> } {
  const parts: { offset: number; bytes: Uint8Array }[] = []
  let end = 0
  return {
    put: (tensors) =>
      Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
        const { buffer, byteOffset, byteLength: size } = data as Uint8Array
        const offset = Math.ceil(end / alignment) * alignment
        parts.push({ offset, bytes: new Uint8Array(buffer, byteOffset, size) })
        end = offset + size
        return { name, dtype, shape: [...shape], offset, size }
      }),
    write(to) {
      const whole = new Uint8Array(end)
      for (const { offset, bytes } of parts) whole.set(bytes, offset)
      return to(whole)
    },
  }
}
