import { toBinary } from '@bufbuild/protobuf'

import { type ModelProto, ModelProtoSchema } from '../generated/onnx-ml_pb.js'
import { checkModel } from './check-model.ts'

/**
 * The bytes of an ONNX file: fields in the order of their numbers, unknown fields after them, so equal models
 * have equal bytes. Needs about three times the size of inline tensors in memory: split large models first.
 * @throws HomingError ONNX_INVALID when the model lacks what every model has.
 */
export function writeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  checkModel(model)
  return toBinary(ModelProtoSchema, model)
}
