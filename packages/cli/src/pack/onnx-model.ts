import { dirname } from 'node:path'

import { withAdapters } from '@homing/gradients'
import {
  completeSignature,
  exposeTensors,
  type ModelProto,
  readModel,
  readSignature,
  splitModel,
  type SplitModel,
} from '@homing/onnx'
import type { Parameters, Pipeline } from '@homing/protocol'

import { maxModelBytes } from '../config.ts'
import type { BlobWriter } from './blob-writer.ts'
import { onnxExplanation } from './explanation/onnx-explanation.ts'
import { externalFiles } from './external-files.ts'
import type { ModelFiles } from './model-files.ts'
import { outputShapes } from './output-shapes.ts'
import { readSmallFile } from './read-small-file.ts'
import { onnxTraining } from './training/onnx-training.ts'
import type { Adapters } from './training/training-config.ts'

/** Seed of adapters where the publisher names none. */
const defaultSeed = 1

/**
 * An ONNX file, taken apart, with `adapters` put on its weights; shards are grouped as in `parent`. External data are read from the file's own folder.
 * Where the file does not tell the rank of an output, the model is run once.
 * @throws HomingError ONNX_INVALID, ONNX_EXTERNAL_DATA, ONNX_UNSUPPORTED, ENGINE_MISSING
 */
export async function onnxModel(file: string, parent?: Parameters, adapters?: Adapters): Promise<ModelFiles> {
  const bytes = await readSmallFile(file, maxModelBytes, 'ONNX_INVALID', `The ONNX file ${file}`)
  const { model: exposed, labels } = exposeTensors(readModel(bytes))
  const model = adapters ? adapted(exposed, adapters) : exposed
  const found = readSignature(model)
  const external = externalFiles(dirname(file))
  try {
    const split = await splitModel(model, { externalData: external.read, ...(parent ? { parent } : {}) })
    const open = found.outputs.some(({ shape }) => shape === undefined)
    const signature = completeSignature(
      found,
      open ? await outputShapes(split, completeSignature({ ...found, outputs: [] })) : {},
    )
    return {
      graph: split.graph,
      signature,
      ...readingsOf(labels),
      writeParameters: (write) => writeParameters(split, write),
      training: (plan) => onnxTraining(split.graph, plan),
      explanation: (plan) => onnxExplanation(split.graph, plan),
      close: external.close,
    }
  } catch (error) {
    await external.close()
    throw error
  }
}

function adapted(model: ModelProto, { weights, rank, alpha, seed = defaultSeed }: Adapters): ModelProto {
  return withAdapters(model, { weights, rank, seed, ...(alpha !== undefined && { alpha }) })
}

async function writeParameters(
  { parameters, shards: make }: SplitModel,
  write: BlobWriter,
): Promise<Parameters> {
  const shards: Parameters['shards'] = []
  for await (const { bytes, sha256 } of make()) shards.push(await write(bytes, sha256))
  return { ...parameters, shards }
}

/** The labels of a classifier that ended in maps would be lost with the maps: they become readings of its tables. */
function readingsOf(labels: Readonly<Record<string, string[]>>): Pick<ModelFiles, 'pipeline'> {
  const tables = Object.entries(labels)
  if (tables.length === 0) return {}
  const reading = ([tensor, names]: [string, string[]]): Pipeline['outputs'][number] => ({
    kind: 'classification',
    tensor,
    activation: 'none',
    labels: names,
  })
  return { pipeline: { inputs: [], outputs: tables.map(reading) } }
}
