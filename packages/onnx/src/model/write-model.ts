import { toBinary } from '@bufbuild/protobuf'
import { HomingError } from '@homing/protocol'

import { type ModelProto, ModelProtoSchema } from '../generated/onnx-ml_pb.js'
import { checkModel } from './check-model.ts'

/**
 * The bytes of an ONNX file: fields in the order of their numbers, unknown fields after them, so equal models
 * have equal bytes. Needs about three times the size of inline tensors in memory: split large models first.
 * @throws HomingError ONNX_INVALID when the model lacks what every model has.
 */
export function writeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  checkModel(model)
  try {
    return toBinary(ModelProtoSchema, model)
  } catch (cause) {
    throw new HomingError(
      'ONNX_INVALID',
      'The model holds a value that its field cannot, or nests too deeply',
      { cause },
    )
  }
}
