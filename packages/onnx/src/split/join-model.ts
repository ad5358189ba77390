import { clearField } from '@bufbuild/protobuf'
import { HomingError } from '@homing/protocol'

import { parametersPath } from '../config.ts'
import { type ModelProto, TensorProtoSchema } from '../generated/onnx-ml_pb.js'
import { modelTensors } from '../graph/model-tensors.ts'
import { readModel } from '../model/read-model.ts'
import { isExternal } from '../tensor/tensor-bytes.ts'
import { externalRange } from './external-data.ts'

/**
 * The whole model that `splitModel` took apart: `graph` with the elements of its parameters, views of `parameters`
 * (the shards one after another), as raw data.
 * @throws HomingError ONNX_INVALID, or ONNX_EXTERNAL_DATA when the parameters are too short.
 */
export function joinModel(graph: Uint8Array, parameters: Uint8Array): ModelProto {
  const model = readModel(graph)
  for (const { tensor } of modelTensors(model)) {
    if (!isExternal(tensor)) continue
    const { location, offset, length } = externalRange(tensor)
    const end = offset + length
    if (location !== parametersPath || end > parameters.byteLength) {
      throw new HomingError(
        'ONNX_EXTERNAL_DATA',
        `Tensor "${tensor.name}" ends at byte ${end} of "${location}"`,
      )
    }
    tensor.rawData = parameters.subarray(offset, end)
    tensor.externalData = []
    clearField(tensor, TensorProtoSchema.field.dataLocation)
  }
  return model
}
