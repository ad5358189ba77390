export {
  type AttributeInput,
  type AttributeInputs,
  float,
  type FloatAttribute,
} from './builder/attributes.ts'
export { graphBuilder, type GraphBuilder, type OpOptions, type Value } from './builder/graph-builder.ts'
export type { ModelOptions } from './builder/make-model.ts'
export { type Dim, makeValueInfo, type TensorType, tensorTypeOf } from './builder/value-info.ts'
export type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from './generated/onnx-ml_pb.js'
export { copyModel } from './graph/copy-graph.ts'
export { settleCastLike } from './graph/settle-cast-like.ts'
export { foldConstants } from './fold/fold-constants.ts'
export { modelOperators, modelOpsets } from './graph/model-operators.ts'
export { inlineFunctions } from './graph/inline-functions.ts'
export { type NodeAttributes, nodeAttributes } from './graph/node-attributes.ts'
export { nodeGraphs } from './graph/node-graphs.ts'
export { inferGraph, type InferredGraph, inferTypes } from './infer/infer-types.ts'
export { readModel } from './model/read-model.ts'
export { withMetadata } from './model/with-metadata.ts'
export { writeModel } from './model/write-model.ts'
export { broadcastShape } from './tensor/broadcast-shape.ts'
export {
  type ElementType,
  type ElementTypeInfo,
  elementTypeOf,
  elementTypes,
} from './tensor/element-types.ts'
export { makeTensor, type TensorElements } from './tensor/make-tensor.ts'
export { readTensor } from './tensor/read-tensor.ts'
export {
  isExternal,
  tensorBytes,
  type TensorHeader,
  tensorHeader,
  tensorStrings,
} from './tensor/tensor-bytes.ts'
export { elementCount, tensorByteSize, tensorShape } from './tensor/tensor-size.ts'
export { type ReadExternalData, safeLocation } from './split/external-data.ts'
export type { SplitShard } from './split/group-shards.ts'
export { joinModel } from './split/join-model.ts'
export { splitModel, type SplitModel, type SplitOptions } from './split/split-model.ts'
export { completeSignature } from './signature/complete-signature.ts'
export { type ExposedModel, exposeTensors } from './signature/expose-tensors.ts'
export { type ModelSignature, type ModelTensor, readSignature } from './signature/read-signature.ts'
export { halfModel } from './quantise/half-model.ts'
export { quantiseModel, type QuantiseOptions } from './quantise/quantise-model.ts'
export { upgradeOpset } from './upgrade/upgrade-opset.ts'
