import { create } from '@bufbuild/protobuf'
import { HomingError } from '@homing/protocol'

import {
  AttributeProto_AttributeType as Kind,
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  type TensorProto,
} from '../generated/onnx-ml_pb.js'

/** A number or list that is written as float32 even where its values are whole, made by `float`. */
export interface FloatAttribute {
  readonly float: number | readonly number[]
}

/** The attribute value `value` as float32, such as `float(1)` for 1.0. */
export function float(value: number | readonly number[]): FloatAttribute {
  return { float: value }
}

/**
 * What an attribute may be given as: a value, or the attribute of another node as it is. Whole numbers become ints, unless
 * the attribute is always a float.
 */
export type AttributeInput =
  | number
  | bigint
  | boolean
  | string
  | readonly number[]
  | readonly bigint[]
  | readonly string[]
  | FloatAttribute
  | TensorProto
  | GraphProto
  | AttributeProto

/** Attributes by name; undefined ones are left out. */
export type AttributeInputs = Readonly<Record<string, AttributeInput | undefined>>

/** Attributes that are float wherever a standard operator has them, so that `alpha: 1` cannot become an int. */
const alwaysFloat = new Set(
  [
    'alpha',
    'beta',
    'gamma',
    'epsilon',
    'momentum',
    'bias',
    'lambd',
    'threshold',
    'clip',
    'cubic_coeff_a',
  ].concat(
    ['extrapolation_value', 'spatial_scale', 'ratio', 'high', 'low', 'mean', 'scale', 'offset', 'softcap'],
    ['norm_coefficient', 'norm_coefficient_post', 'decay_factor', 'value_float', 'value_floats'],
  ),
)

/**
 * Attributes as an ONNX node holds them, in the order given.
 * @throws HomingError ONNX_INVALID for a value that no attribute kind can hold.
 */
export function makeAttributes(inputs: AttributeInputs): AttributeProto[] {
  return Object.entries(inputs).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (isAttribute(value)) return [value]
    return [create(AttributeProtoSchema, { name, ...attributeValue(name, value) })]
  })
}

function isAttribute(value: AttributeInput): value is AttributeProto {
  return typeof value === 'object' && '$typeName' in value && value.$typeName === 'onnx.AttributeProto'
}

type AttributeFields = Partial<Omit<AttributeProto, '$typeName' | '$unknown' | 'name'>>

function attributeValue(name: string, value: Exclude<AttributeInput, AttributeProto>): AttributeFields {
  switch (typeof value) {
    case 'number':
      if (alwaysFloat.has(name) || !Number.isSafeInteger(value)) return { type: Kind.FLOAT, f: value }
      return { type: Kind.INT, i: BigInt(value) }
    case 'bigint':
    case 'boolean':
      return { type: Kind.INT, i: BigInt(value) }
    case 'string':
      return { type: Kind.STRING, s: new TextEncoder().encode(value) }
    default:
      return isList(value) ? listValue(name, value) : objectValue(name, value)
  }
}

type List = readonly (number | bigint | string)[]

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: object): value is List {
  return Array.isArray(value)
}

function listValue(name: string, list: List): AttributeFields {
  if (list.length > 0 && list.every((item) => typeof item === 'string')) {
    const encoder = new TextEncoder()
    return { type: Kind.STRINGS, strings: list.map((text) => encoder.encode(text)) }
  }
  if (list.some((item) => typeof item === 'string')) throw misfit(name, 'a list of mixed kinds')
  const isInts =
    !alwaysFloat.has(name) && list.every((item) => typeof item === 'bigint' || Number.isSafeInteger(item))
  if (isInts) return { type: Kind.INTS, ints: (list as (number | bigint)[]).map(BigInt) }
  return { type: Kind.FLOATS, floats: list.map(Number) }
}

function objectValue(name: string, value: FloatAttribute | TensorProto | GraphProto): AttributeFields {
  if ('float' in value) {
    const { float: content } = value
    return typeof content === 'number'
      ? { type: Kind.FLOAT, f: content }
      : { type: Kind.FLOATS, floats: [...content] }
  }
  switch (value.$typeName) {
    case 'onnx.TensorProto':
      return { type: Kind.TENSOR, t: value }
    case 'onnx.GraphProto':
      return { type: Kind.GRAPH, g: value }
    default:
      throw misfit(name, 'an object')
  }
}

function misfit(name: string, kind: string): HomingError {
  return new HomingError(
    'ONNX_INVALID',
    `Attribute "${name}" was given ${kind}, which ONNX has no attribute for`,
  )
}
