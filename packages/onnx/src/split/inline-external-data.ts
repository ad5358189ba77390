import { clearField } from '@bufbuild/protobuf'
import { HomingError, maxGraphBytes } from '@homing/protocol'

import { type ModelProto, type TensorProto, TensorProtoSchema } from '../generated/onnx-ml_pb.js'
import { copyMessage } from '../graph/copy-graph.ts'
import { modelTensors } from '../graph/model-tensors.ts'
import { isExternal } from '../tensor/tensor-bytes.ts'
import { externalRange, type ReadExternalData } from './external-data.ts'
import { parameterReader } from './parameter-reader.ts'

/**
 * Brings the tensors that were stored outside the model file into it, except `parameters`, which have their own way.
 * @throws HomingError ONNX_EXTERNAL_DATA, or ONNX_UNSUPPORTED when they are too many for a graph.
 */
export async function inlineExternalData(
  model: ModelProto,
  read: ReadExternalData | undefined,
  parameters: ReadonlySet<TensorProto>,
): Promise<void> {
  let total = 0
  for (const { tensor, replace } of modelTensors(model)) {
    if (!isExternal(tensor) || parameters.has(tensor)) continue
    const { length } = externalRange(tensor)
    total += length
    if (total > maxGraphBytes) {
      throw new HomingError(
        'ONNX_UNSUPPORTED',
        `External data that cannot be parameters exceed ${maxGraphBytes} bytes`,
      )
    }
    const inline = copyMessage(tensor)
    inline.rawData = await parameterReader(tensor, read)(0, length)
    inline.externalData = []
    clearField(inline, TensorProtoSchema.field.dataLocation)
    replace(inline)
  }
}
