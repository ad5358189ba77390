import type { DType } from '@homing/protocol'

/** Just enough of the ONNX protobuf to write graphs for tests: the SDK itself never reads or writes ONNX. */
export interface TinyGraph {
  readonly inputs: readonly TinyValue[]
  readonly outputs: readonly TinyValue[]
  readonly nodes: readonly TinyNode[]
  /** Initialisers in the external file `parameters.bin`. */
  readonly parameters?: readonly (TinyValue & { readonly offset: number; readonly size: number })[]
  readonly opset?: number
}

interface TinyValue {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly (number | string)[]
}

interface TinyNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly domain?: string
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>
}

const onnxTypes: Partial<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
}
const externalLocation = 1
const intAttribute = 2
const intsAttribute = 7

/** The bytes of an ONNX model. */
export function tinyOnnx(graph: TinyGraph): Uint8Array<ArrayBuffer> {
  const body = [
    ...graph.nodes.flatMap((node) => message(1, nodeProto(node))),
    ...text(2, 'tiny'),
    ...(graph.parameters ?? []).flatMap((parameter) => message(5, tensorProto(parameter))),
    ...graph.inputs.flatMap((value) => message(11, valueInfo(value))),
    ...graph.outputs.flatMap((value) => message(12, valueInfo(value))),
  ]
  const domains = new Set(graph.nodes.map(({ domain }) => domain).filter((domain) => domain !== undefined))
  const opsets = [
    message(8, integer(2, graph.opset ?? 17)),
    ...Array.from(domains, (domain) => message(8, [...text(1, domain), ...integer(2, 1)])),
  ]
  return new Uint8Array([...integer(1, 8), ...message(7, body), ...opsets.flat()])
}

function nodeProto({ op, inputs, outputs, domain, attributes = {} }: TinyNode): number[] {
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    message(5, [
      ...text(1, name),
      ...(typeof value === 'number' ? integer(3, value) : value.flatMap((item) => integer(8, item))),
      ...integer(20, typeof value === 'number' ? intAttribute : intsAttribute),
    ]),
  )
  return [
    ...inputs.flatMap((name) => text(1, name)),
    ...outputs.flatMap((name) => text(2, name)),
    ...text(4, op),
    ...written,
    ...(domain ? text(7, domain) : []),
  ]
}

function valueInfo({ name, dtype, shape }: TinyValue): number[] {
  const dims = shape.flatMap((dim) => message(1, typeof dim === 'number' ? integer(1, dim) : text(2, dim)))
  return [
    ...text(1, name),
    ...message(2, message(1, [...integer(1, onnxTypes[dtype]!), ...message(2, dims)])),
  ]
}

function tensorProto({
  name,
  dtype,
  shape,
  offset,
  size,
}: NonNullable<TinyGraph['parameters']>[number]): number[] {
  const place = Object.entries({ location: 'parameters.bin', offset: String(offset), length: String(size) })
  const external = place.flatMap(([key, value]) => message(13, [...text(1, key), ...text(2, value)]))
  const dims = shape.flatMap((dim) => integer(1, dim as number))
  return [
    ...dims,
    ...integer(2, onnxTypes[dtype]!),
    ...text(8, name),
    ...external,
    ...integer(14, externalLocation),
  ]
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]
}

const integer = (field: number, value: number): number[] => [...varint(field << 3), ...varint(value)]
const message = (field: number, bytes: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
]
const text = (field: number, value: string): number[] => message(field, [...new TextEncoder().encode(value)])
