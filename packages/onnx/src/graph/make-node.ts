import { create } from '@bufbuild/protobuf'

import { type AttributeInputs, makeAttributes } from '../builder/attributes.ts'
import { type NodeProto, NodeProtoSchema } from '../generated/onnx-ml_pb.js'

/** A node of the standard operator set. */
export function makeNode(
  opType: string,
  input: readonly string[],
  output: string,
  attributes: AttributeInputs = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    input: [...input],
    output: [output],
    attribute: makeAttributes(attributes),
  })
}
