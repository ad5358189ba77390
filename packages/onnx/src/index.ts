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
export { nodeGraphs } from './graph/node-graphs.ts'
export { readModel } from './model/read-model.ts'
export { writeModel } from './model/write-model.ts'
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
export { joinModel } from './split/join-model.ts'
export { splitModel, type SplitModel, type SplitOptions, type SplitShard } from './split/split-model.ts'
