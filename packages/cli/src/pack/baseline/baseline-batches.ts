import { stat } from 'node:fs/promises'
import { extname } from 'node:path'

import { HomingError, type Manifest } from '@homing/protocol'
import type { LabelledBatch } from '@homing/sdk/node'

import { maxModelBytes } from '../../config.ts'
import { readTensorSet } from '../probes/tensor-set.ts'
import { readSmallFile } from '../read-small-file.ts'
import { imageBatches } from './image-batches.ts'
import { tableBatches } from './table-batches.ts'

/** Samples that go through the model together, where its graph lets them. */
const batchSize = 256

const tables = ['.csv', '.tsv', '.txt']

/**
 * Reads samples, and what is true of them where the data say it: a table of comma-, semicolon- or tab-separated values; a folder
 * with the images of an image input as `.npy`; or tensors, as golden inputs and examples are given.
 * @throws HomingError DATA_INVALID, CONFIG_INVALID
 */
export async function baselineBatches(
  path: string,
  { signature, pipeline }: Pick<Manifest, 'signature' | 'pipeline'>,
  target: string | undefined,
): Promise<LabelledBatch[]> {
  const size = signature.inputs.every(({ shape }) => typeof shape[0] === 'string') ? batchSize : 1
  if (tables.includes(extname(path).toLowerCase())) {
    const bytes = await readSmallFile(path, maxModelBytes, 'DATA_INVALID', path)
    return tableBatches(textOf(bytes, path), path, { pipeline, target, rows: size })
  }
  const image = pipeline?.inputs.find((input) => input.kind === 'image')
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const images = image && isFolder ? await imageBatches(path, image, size) : undefined
  return images ?? (await readTensorSet(path, signature)).map(({ inputs, targets }) => ({ inputs, targets }))
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new HomingError('DATA_INVALID', `${path} is no UTF-8 text`, { cause })
  }
}
