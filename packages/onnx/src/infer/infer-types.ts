import type { TensorType } from '../builder/value-info.ts'
import { maxKnownElements } from '../config.ts'
import type { ModelProto } from '../generated/onnx-ml_pb.js'
import { modelOpsets } from '../graph/model-operators.ts'
import { inferBody } from './infer-body.ts'
import { copyKnowledge, type Knowledge, knownTensor } from './knowledge.ts'

/** What is known of the values of a graph before it runs. */
export interface InferredGraph {
  /**
   * Types, as far as they are declared or follow from simple rules: every value that is missing has an unknown type,
   * an unknown rank is an undefined shape, an unknown size is the empty string.
   */
  readonly types: ReadonlyMap<string, TensorType>
  /** Numbers, such as shapes, axes and factors, of a small value that does not depend on the inputs. */
  numbers(name: string): number[] | undefined
}

/** Reads the types and small constants of a model's main graph. */
export function inferGraph(model: ModelProto): InferredGraph {
  const known = model.graph ? inferBody(model.graph, modelOpsets(model)) : copyKnowledge()
  return { types: known.types, numbers: (name) => knownNumbers(known, name) }
}

/** The types of `inferGraph`. */
export function inferTypes(model: ModelProto): ReadonlyMap<string, TensorType> {
  return inferGraph(model).types
}

const knownTypes: readonly string[] = ['int64', 'int32', 'float32', 'float64', 'bool']

/** Small numbers, or truth values as 0 and 1, of a value that does not depend on the inputs. */
export function knownNumbers({ constants }: Knowledge, name: string): number[] | undefined {
  const tensor = knownTensor(constants.get(name), maxKnownElements)
  if (!tensor || !knownTypes.includes(tensor.dtype)) return undefined
  return Array.from(tensor.data as Iterable<number | bigint>, Number)
}
