import { toBinary } from '@bufbuild/protobuf'
import { HomingError } from '@homing/protocol'

import { maxModelBytes } from '../config.ts'
import { type ModelProto, ModelProtoSchema } from '../generated/onnx-ml_pb.js'
import { modelTensors } from '../graph/model-tensors.ts'
import { checkModel } from './check-model.ts'

/**
 * The bytes of an ONNX file: fields in the order of their numbers, unknown fields after them, so equal models
 * have equal bytes. Needs about three times the size of inline tensors in memory: split large models first.
 * @throws HomingError ONNX_INVALID when the model lacks what every model has, ONNX_UNSUPPORTED when it is too large
 *   for one file.
 */
export function writeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  checkModel(model)
  let inline = 0
  for (const { tensor } of modelTensors(model)) inline += tensor.rawData.byteLength
  if (inline > maxModelBytes) {
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      `The model holds ${inline} bytes of tensors; a file has at most ${maxModelBytes}. Split it: its parameters become external data.`,
    )
  }
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
