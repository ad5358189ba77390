import { fromBinary } from '@bufbuild/protobuf'
import { HomingError } from '@homing/protocol'

import { maxModelBytes } from '../config.ts'
import { type ModelProto, ModelProtoSchema } from '../generated/onnx-ml_pb.js'
import { checkModel } from './check-model.ts'
import { checkValues } from './check-values.ts'

/**
 * The model in the bytes of an ONNX file. Raw tensor data are views of `bytes`: keep them unchanged. Fields that
 * this version of ONNX does not know are kept and written again.
 * @throws HomingError ONNX_INVALID when the bytes are not a model, or one that reads values which nothing makes;
 *   ONNX_UNSUPPORTED for an IR version out of range.
 */
export function readModel(bytes: Uint8Array): ModelProto {
  if (bytes.byteLength > maxModelBytes) {
    throw new HomingError(
      'ONNX_INVALID',
      `The file of ${bytes.byteLength} bytes cannot be an ONNX model, which has at most ${maxModelBytes}: larger ones keep their weights in external data`,
    )
  }
  const model = decode(bytes)
  checkModel(model)
  checkValues(model.graph)
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
