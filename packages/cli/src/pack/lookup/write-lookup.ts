import { HomingError, type Lookup, type Manifest, type Tensor, tensorKey } from '@homing/protocol'

import type { BlobWriter } from '../blob-writer.ts'
import { openPacked } from '../packed-model.ts'
import { readTensorSet, type Tensors } from '../probes/tensor-set.ts'
import { singleSamples } from './single-samples.ts'

/** Where inputs come from, where the packed model lies, and where files go. */
export interface LookupPlan {
  /** A JSON file or a folder of `.npy` files, as golden inputs are given. */
  readonly inputs: string
  readonly folder: string
  readonly write: BlobWriter
}

/**
 * Runs the packed model on inputs that are known beforehand, and writes what it gives: devices answer these without a run.
 * Inputs of several samples count as one call each.
 * @throws HomingError DATA_INVALID when they cannot be read, or outputs differ in shape or are strings; those of a run.
 */
export async function writeLookup(
  manifest: Manifest,
  { inputs, folder, write }: LookupPlan,
): Promise<Lookup> {
  const { signature } = manifest
  const cases = await readTensorSet(inputs, signature)
  const samples = cases.flatMap((each) => singleSamples(each.inputs, signature))
  const model = await openPacked(folder, manifest)
  try {
    const entries = new Map<string, Tensors>()
    for (const sample of samples) entries.set(await tensorKey(sample), await model.run(sample))
    const sorted = [...entries].sort(([one], [other]) => (one < other ? -1 : 1))
    const [, first] = sorted[0]!
    const tensors = signature.outputs.map(({ name }) => {
      const { dtype, shape } = first[name]!
      return { name, dtype, shape: [...shape] }
    })
    const records = sorted.flatMap(([, outputs]) => tensors.map((like) => bytesOf(outputs[like.name]!, like)))
    return {
      keys: await write(Buffer.from(sorted.map(([key]) => key).join(''), 'hex')),
      outputs: await write(Buffer.concat(records)),
      tensors,
    }
  } finally {
    await model.release()
  }
}

function bytesOf({ shape, data }: Tensor, like: Lookup['tensors'][number]): Uint8Array {
  const problem = Array.isArray(data)
    ? 'is of strings, which have no fixed size'
    : shape.join() !== like.shape.join()
      ? `has the shape [${shape.join(', ')}] for one input and [${like.shape.join(', ')}] for another`
      : undefined
  if (problem !== undefined || Array.isArray(data))
    throw new HomingError('DATA_INVALID', `Output "${like.name}" ${problem}: it cannot be looked up`)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
