import { makeValueInfo, type ModelProto } from '@homing/onnx'
import { type FixedTensor, HomingError, type TensorSpec } from '@homing/protocol'

/** Sizes of what the signature leaves open. */
export interface InputSizes {
  /** Of the first dimension of each input, and of other dimensions of that name. */
  readonly batch: number
  /** Of other dynamic dimensions, by name. */
  readonly dims: Readonly<Record<string, number>>
}

/**
 * The inputs with all their sizes known.
 * @throws HomingError CONFIG_INVALID naming a dynamic dimension without a size, or a size that no dimension has.
 */
export function fixedInputs(inputs: readonly TensorSpec[], { batch, dims }: InputSizes): FixedTensor[] {
  const open = inputs.flatMap(({ shape }) => shape.slice(1)).filter((dim) => typeof dim === 'string')
  const batches = new Set(inputs.flatMap(({ shape }) => shape.slice(0, 1)))
  const idle = Object.keys(dims).find((name) => !open.includes(name))
  if (idle !== undefined)
    throw new HomingError(
      'CONFIG_INVALID',
      `dims: no input has the dynamic dimension "${idle}" behind its first`,
    )
  return inputs.map(({ name, dtype, shape }) => ({
    name,
    dtype,
    shape: shape.map((dim, axis) => {
      if (typeof dim === 'number') return dim
      if (batches.has(dim)) return batch
      if (Object.hasOwn(dims, dim)) return dims[dim]!
      throw new HomingError(
        'CONFIG_INVALID',
        `Dimension ${axis} ("${dim}") of input "${name}" is dynamic, and graphs that are written ahead need its size: say it in "dims" of pack.json, or by --dims ${JSON.stringify(`${dim}=<size>`)}`,
      )
    }),
  }))
}

/** The model with inputs of these types. */
export function withInputs(model: ModelProto, inputs: readonly FixedTensor[]): ModelProto {
  const graph = model.graph!
  const fixed = new Map(inputs.map((input) => [input.name, makeValueInfo(input.name, input)]))
  return { ...model, graph: { ...graph, input: graph.input.map((info) => fixed.get(info.name) ?? info) } }
}
