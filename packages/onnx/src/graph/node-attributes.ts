import type { AttributeProto, NodeProto, TensorProto } from '../generated/onnx-ml_pb.js'

/** The attributes of a node by name, with the standard's defaults given by the caller. */
export interface NodeAttributes {
  has(name: string): boolean
  int(name: string, fallback: number): number
  ints(name: string): number[] | undefined
  float(name: string, fallback: number): number
  string(name: string, fallback: string): string
  strings(name: string): string[] | undefined
  floats(name: string): number[] | undefined
  tensor(name: string): TensorProto | undefined
}

/** Reads the attributes of a node. Whole numbers beyond a JavaScript number lose precision, as -1 and shapes do not. */
export function nodeAttributes(node: NodeProto): NodeAttributes {
  const find = (name: string): AttributeProto | undefined =>
    node.attribute.find((attribute) => attribute.name === name)
  const decoder = new TextDecoder()
  const list = <T, R>(items: readonly T[] | undefined, convert: (item: T) => R): R[] | undefined =>
    items && items.length > 0 ? items.map(convert) : undefined
  return {
    has: (name) => find(name) !== undefined,
    int: (name, fallback) => Number(find(name)?.i ?? fallback),
    ints: (name) => list(find(name)?.ints, Number),
    float: (name, fallback) => find(name)?.f ?? fallback,
    string(name, fallback) {
      const attribute = find(name)
      return attribute ? decoder.decode(attribute.s) : fallback
    },
    strings: (name) => list(find(name)?.strings, (bytes) => decoder.decode(bytes)),
    floats: (name) => list(find(name)?.floats, Number),
    tensor: (name) => find(name)?.t,
  }
}
