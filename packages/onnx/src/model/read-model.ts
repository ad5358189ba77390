import { fromBinary } from '@bufbuild/protobuf'
import { HomingError } from '@homing/protocol'

import { type ModelProto, ModelProtoSchema } from '../generated/onnx-ml_pb.js'
import { checkModel } from './check-model.ts'

/**
 * The model in the bytes of an ONNX file. Raw tensor data are views of `bytes`: keep them unchanged. Fields that
 * this version of ONNX does not know are kept and written again.
 * @throws HomingError ONNX_INVALID when the bytes are not a model, ONNX_UNSUPPORTED for an IR version out of range.
 */
export function readModel(bytes: Uint8Array): ModelProto {
  const model = decode(bytes)
  checkModel(model)
  return model
}

function decode(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes)
  } catch (cause) {
    // Besides truncation: a RangeError when absurdly nested messages exhaust the stack.
    const hint = looksLikeText(bytes)
      ? 'it is a text or web page'
      : 'it is truncated, damaged or of another format'
    throw new HomingError(
      'ONNX_INVALID',
      `The file of ${bytes.byteLength} bytes is not an ONNX model: ${hint}`,
      { cause },
    )
  }
}

function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 64).every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))
}
