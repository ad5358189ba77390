import { type DType, HomingError, type Signature, type Tensor, type TensorSpec } from '@homing/protocol'

import { dataTypeName } from './data-type-name.ts'
import { firstNonFinite } from './first-non-finite.ts'
import { isTensor } from './pipeline-input.ts'
import { quoted } from './quoted.ts'

const arrayNames: Readonly<Record<DType, string>> = {
  float32: 'Float32Array',
  float64: 'Float64Array',
  float16: 'Uint16Array',
  int8: 'Int8Array',
  uint8: 'Uint8Array',
  int16: 'Int16Array',
  uint16: 'Uint16Array',
  int32: 'Int32Array',
  uint32: 'Uint32Array',
  int64: 'BigInt64Array',
  uint64: 'BigUint64Array',
  bool: 'Uint8Array',
  string: 'Array',
}

/**
 * Refuses tensors that do not match the inputs of `signature`. Equal names of dynamic dimensions must have
 * equal sizes across all inputs.
 * @throws HomingError INPUT_NAME, INPUT_DTYPE, INPUT_SHAPE or INPUT_VALUE; the message says what was expected.
 */
export function checkInputs(signature: Signature, tensors: Readonly<Record<string, Tensor>>): void {
  const names = signature.inputs.map(({ name }) => name)
  for (const name of Object.keys(tensors)) {
    if (!names.includes(name)) {
      throw new HomingError('INPUT_NAME', `The model has no input "${name}"; it takes ${quoted(names)}`, {
        details: { name, expected: names },
      })
    }
  }
  const sizes = new Map<string, { size: number; input: string }>()
  for (const spec of signature.inputs) {
    const tensor: unknown = Object.hasOwn(tensors, spec.name) ? tensors[spec.name] : undefined
    if (tensor === undefined) {
      throw new HomingError(
        'INPUT_NAME',
        `Input "${spec.name}" is missing; the model takes ${quoted(names)}`,
        { details: { name: spec.name, expected: names } },
      )
    }
    checkDType(spec, tensor)
    checkShape(spec, tensor, sizes)
    if (spec.finite) checkFinite(spec, tensor)
  }
}

/** The caller may be plain JavaScript, or a worker message: nothing about the value is known yet. */
function checkDType(spec: TensorSpec, value: unknown): asserts value is Tensor {
  const details = { name: spec.name, expected: spec.dtype }
  if (!isTensor(value)) {
    throw new HomingError('INPUT_DTYPE', `Input "${spec.name}" must be a tensor { dtype, shape, data }`, {
      details,
    })
  }
  if (value.dtype !== spec.dtype) {
    throw new HomingError(
      'INPUT_DTYPE',
      `Input "${spec.name}" must be ${spec.dtype}, and is ${value.dtype}`,
      { details },
    )
  }
  const [expected, found] = [arrayNames[spec.dtype], dataTypeName(value.data)]
  if (found !== expected) {
    throw new HomingError(
      'INPUT_DTYPE',
      `The data of input "${spec.name}" (${spec.dtype}) must be in ${expected}, and is in ${found}`,
      { details },
    )
  }
}

function checkShape(
  spec: TensorSpec,
  tensor: Tensor,
  sizes: Map<string, { size: number; input: string }>,
): void {
  const { shape } = tensor
  const refuse = (problem: string): never => {
    throw new HomingError(
      'INPUT_SHAPE',
      `Input "${spec.name}" must have the shape ${written(spec.shape)}, ${problem}`,
      {
        details: { name: spec.name, expected: spec.shape, shape },
      },
    )
  }
  if (shape.length !== spec.shape.length) refuse(`and has ${written(shape)}`)
  let length = 1
  for (const [axis, dim] of spec.shape.entries()) {
    const size = shape[axis]!
    if (!Number.isSafeInteger(size) || size < 0) refuse(`and has ${written(shape)}`)
    length *= size
    if (typeof dim === 'number') {
      if (dim !== size) refuse(`and has ${written(shape)}`)
      continue
    }
    const known = sizes.get(dim)
    if (known === undefined) sizes.set(dim, { size, input: spec.name })
    else if (known.size !== size)
      refuse(`where ${dim} is ${known.size} as in input "${known.input}", and has ${written(shape)}`)
  }
  if (tensor.data.length !== length)
    refuse(`so shape ${written(shape)} needs ${length} values, and data has ${tensor.data.length}`)
}

function checkFinite(spec: TensorSpec, tensor: Tensor): void {
  const index = firstNonFinite(tensor)
  if (index < 0) return
  const value = tensor.dtype === 'float16' ? 'not a finite number' : String(tensor.data[index])
  throw new HomingError(
    'INPUT_VALUE',
    `Input "${spec.name}" must hold finite numbers, and value ${index} is ${value}`,
    {
      details: { name: spec.name, index },
    },
  )
}

function written(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`
}
