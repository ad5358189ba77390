import { type DType, HomingError, maxNameLength, maxRank } from '@homing/protocol'

import { type Dim, type TensorType, tensorTypeOf } from '../builder/value-info.ts'
import type { ModelProto, ValueInfoProto } from '../generated/onnx-ml_pb.js'
import { inferTypes } from '../infer/infer-types.ts'
import { checkModel } from '../model/check-model.ts'
import { uniqueNames } from '../split/unique-names.ts'
import { isDType } from '../tensor/read-tensor.ts'
import { typeName } from './type-name.ts'

/** An input or output of a model, as far as the file tells. */
export interface ModelTensor {
  readonly name: string
  readonly dtype: DType
  /** Row-major; a string names a dynamic dimension. Undefined when the file does not tell the rank. */
  readonly shape: Dim[] | undefined
}

/** What a model takes and gives, as far as the file tells. `completeSignature` makes the manifest's signature of it. */
export interface ModelSignature {
  /** The inputs that a caller must pass: those without an initialiser. */
  readonly inputs: ModelTensor[]
  readonly outputs: ModelTensor[]
}

/**
 * Inputs and outputs of a model. Dynamic dimensions keep their names; anonymous ones are named after tensor and axis,
 * such as `input.0`. What the file leaves open is inferred where simple rules do.
 * @throws HomingError ONNX_UNSUPPORTED when an input or output is not a tensor that a caller can pass, ONNX_INVALID.
 */
export function readSignature(model: ModelProto): ModelSignature {
  checkModel(model)
  const { graph } = model
  const initialised = new Set(
    [...graph.initializer, ...graph.sparseInitializer.flatMap(({ values }) => values ?? [])].map(
      ({ name }) => name,
    ),
  )
  const inputs = graph.input.filter(({ name }) => !initialised.has(name))
  if (inputs.length === 0)
    throw new HomingError('ONNX_UNSUPPORTED', 'The model has no inputs: it always gives the same result')
  if (graph.output.length === 0) throw new HomingError('ONNX_INVALID', 'The model has no outputs')
  const inferred = inferTypes(model)
  const dimNames = dynamicNames([...inputs, ...graph.output])
  return {
    inputs: inputs.map((info) => modelTensor(info, 'input', tensorTypeOf(info), dimNames)),
    outputs: graph.output.map((info) => modelTensor(info, 'output', inferred.get(info.name), dimNames)),
  }
}

function modelTensor(
  info: ValueInfoProto,
  role: string,
  type: TensorType | undefined,
  dimNames: DimNames,
): ModelTensor {
  const { name } = info
  const refuse = (problem: string): never => {
    throw new HomingError('ONNX_UNSUPPORTED', `The ${role} "${name}" ${problem}`, { details: { name } })
  }
  if (name === '' || name.length > maxNameLength)
    refuse(`has a name of ${name.length} characters; 1 to ${maxNameLength} are carried`)
  const kind = info.type?.value.case
  if (kind !== undefined && kind !== 'tensorType') {
    return refuse(
      `is of type ${typeName(info.type)}. Only tensors are carried: export the model so that it takes and gives tensors`,
    )
  }
  if (!type)
    return refuse(
      'has no type in the file and none that follows from it: export the model with typed inputs and outputs',
    )
  const { dtype, shape } = type
  if (!isDType(dtype)) return refuse(`is of type ${dtype}: cast it to float32 in the model`)
  if (shape && shape.length > maxRank)
    refuse(`has ${shape.length} dimensions; at most ${maxRank} are carried`)
  return { name, dtype, shape: shape?.map((dim, axis) => dimNames(name, axis, dim)) }
}

type DimNames = (tensor: string, axis: number, dim: Dim) => Dim

/** Names anonymous dimensions so that they meet no dimension that the file names. */
function dynamicNames(infos: readonly ValueInfoProto[]): DimNames {
  const given = infos
    .flatMap((info) => tensorTypeOf(info)?.shape ?? [])
    .filter((dim) => typeof dim === 'string')
  const unique = uniqueNames(given)
  const long = new Map<string, string>()
  return (tensor, axis, dim) => {
    if (typeof dim === 'number' && Number.isSafeInteger(dim) && dim >= 0) return dim
    if (typeof dim !== 'string' || dim === '') return unique(`${tensor}.${axis}`)
    if (dim.length <= maxNameLength) return dim
    // The same long name must stay the same name.
    const short = long.get(dim) ?? unique(dim)
    long.set(dim, short)
    return short
  }
}
