import { clearField, create } from '@bufbuild/protobuf'
import { HomingError, maxGraphBytes, type Parameters } from '@homing/protocol'

import { parametersPath } from '../config.ts'
import {
  type ModelProto,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation as DataLocation,
  TensorProtoSchema,
} from '../generated/onnx-ml_pb.js'
import { writeModel } from '../model/write-model.ts'
import { externalRange, type ReadExternalData } from './external-data.ts'
import { isExternal, tensorBytes } from '../tensor/tensor-bytes.ts'
import { type ExtractedParameter, extractParameters } from './extract-parameters.ts'
import { groupShards, type SplitShard } from './group-shards.ts'
import { groupTensors, paddedSize } from './group-tensors.ts'
import { inlineExternalData } from './inline-external-data.ts'

/** What splitting needs besides the model. */
export interface SplitOptions {
  /** Reads the files that the model names as external data; without it such a model is refused. */
  readonly externalData?: ReadExternalData
  /** The parameters of the version that this one was trained from; unchanged tensors keep their shards. */
  readonly parent?: Parameters
}

/** A model in two parts: topology, and learned tensors. */
export interface SplitModel {
  /** An ONNX file that names its parameters as external data of `parameters.bin`. */
  readonly graph: Uint8Array<ArrayBuffer>
  /** Where each tensor lies in the parameter file. With the shards' hashes and sizes they are the manifest's `parameters`. */
  readonly parameters: Omit<Parameters, 'shards'>
  /** Makes the shards, one at a time and each time anew; one after another they are the parameter file. */
  shards(): AsyncGenerator<SplitShard, void, undefined>
}

/**
 * Splits a model into topology and parameters, so that an update of the same architecture changes parameters alone:
 * equal topologies give equal graph bytes. Never holds more than one shard and what it is made of.
 * @throws HomingError ONNX_INVALID, ONNX_EXTERNAL_DATA, or ONNX_UNSUPPORTED when the graph alone is too large.
 */
export async function splitModel(model: ModelProto, options: SplitOptions = {}): Promise<SplitModel> {
  const { model: topology, parameters } = extractParameters(model)
  for (const { source } of parameters) checkSource(source)
  const groups = groupTensors(parameters, options.parent)
  await inlineExternalData(
    topology,
    options.externalData,
    new Set(parameters.map(({ placeholder }) => placeholder)),
  )
  const tensors = placeGroups(groups)
  const graph = writeModel(topology)
  if (graph.byteLength > maxGraphBytes) {
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      `The graph without its parameters has ${graph.byteLength} bytes; at most ${maxGraphBytes} are carried`,
    )
  }
  const size = groups.flat().reduce((sum, parameter) => sum + paddedSize(parameter.size), 0)
  return {
    graph,
    parameters: { path: parametersPath, size, tensors },
    async *shards() {
      for (const group of groups) yield* groupShards(group, options.externalData)
    },
  }
}

/** Finds what is wrong with a tensor's data, as far as that is cheap, before anything is written. */
function checkSource(source: TensorProto): void {
  if (isExternal(source)) externalRange(source)
  else if (source.rawData.byteLength > 0) tensorBytes(source)
}

/** Lays the groups one after another and tells the graph where each tensor lies. */
function placeGroups(groups: readonly ExtractedParameter[][]): Parameters['tensors'] {
  let offset = 0
  return groups.flat().map(({ name, header, size, placeholder }) => {
    const tensor = { name, dtype: header.type, shape: header.shape, offset, size }
    referTo(placeholder, offset, size)
    offset += paddedSize(size)
    return tensor
  })
}

const dataFields = ['rawData', 'floatData', 'int32Data', 'int64Data', 'doubleData', 'uint64Data'] as const

/** Makes `tensor` refer to a range of the parameter file in place of holding its elements. */
function referTo(tensor: TensorProto, offset: number, length: number): void {
  for (const field of dataFields) clearField(tensor, TensorProtoSchema.field[field])
  const fields = { location: parametersPath, offset: String(offset), length: String(length) }
  tensor.dataLocation = DataLocation.EXTERNAL
  tensor.externalData = Object.entries(fields).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  )
}
