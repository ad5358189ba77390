import type { TensorProto } from '../generated/onnx-ml_pb.js'
import { tensorBytes } from '../tensor/tensor-bytes.ts'

/** The numbers of a stored float32 tensor, copied where its bytes are not aligned. @throws HomingError as `tensorBytes`. */
export function floatsOf(tensor: TensorProto): Float32Array {
  const bytes = tensorBytes(tensor)
  const aligned = bytes.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes)
  return new Float32Array(
    aligned.buffer,
    aligned.byteOffset,
    bytes.byteLength / Float32Array.BYTES_PER_ELEMENT,
  )
}
