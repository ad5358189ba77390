import type { Tensor } from '@homing/protocol'

import type { Tensors } from '../engine.ts'
import { adjacentArrays, type Numbers } from './adjacent-arrays.ts'

/** Whether the tensors of two calls differ in nothing but their number of samples. */
export function joinable(one: Tensors, other: Tensors): boolean {
  return Object.entries(one).every(([name, { shape }]) => {
    const others = other[name]!.shape
    return shape.length === others.length && shape.every((size, axis) => axis === 0 || size === others[axis])
  })
}

/** The tensors of several calls, one after another along the first dimension. */
export function joinTensors(calls: readonly Tensors[]): Tensors {
  const joined = Object.keys(calls[0]!).map(
    (name) => [name, joinOne(calls.map((call) => call[name]!))] as const,
  )
  return Object.fromEntries(joined)
}

function joinOne(parts: readonly Tensor[]): Tensor {
  const [{ dtype, shape, data: first }] = parts as readonly [Tensor, ...Tensor[]]
  const samples = parts.reduce((sum, part) => sum + part.shape[0]!, 0)
  const size = [samples, ...shape.slice(1)]
  if (Array.isArray(first))
    return { dtype, shape: size, data: parts.flatMap((part) => part.data as string[]) } as Tensor
  const length = parts.reduce((sum, { data }) => sum + data.length, 0)
  const whole = adjacentArrays(
    parts.map(({ data }) => data as Numbers),
    length,
  )
  if (whole) return { dtype, shape: size, data: whole } as Tensor
  const data = new (first.constructor as new (length: number) => Numbers)(length)
  let at = 0
  for (const part of parts) {
    data.set(part.data as never, at)
    at += part.data.length
  }
  return { dtype, shape: size, data } as Tensor
}

/** A part of an array that keeps to its buffer: it is copied once, where it leaves the worker. */
function rowsOf(data: Tensor['data'], from: number, to: number): Tensor['data'] {
  return Array.isArray(data) ? data.slice(from, to) : data.subarray(from, to)
}

/** The outputs of a shared run as those of its calls, of `samples` each; undefined when an output is not one row per sample. */
export function splitTensors(
  outputs: Tensors,
  samples: readonly number[],
): Record<string, Tensor>[] | undefined {
  const total = samples.reduce((sum, count) => sum + count, 0)
  if (Object.values(outputs).some(({ shape }) => shape[0] !== total)) return undefined
  let row = 0
  return samples.map((count) => {
    const own = Object.entries(outputs).map(([name, { dtype, shape, data }]) => {
      const width = data.length / total
      const rows = rowsOf(data, row * width, (row + count) * width)
      return [name, { dtype, shape: [count, ...shape.slice(1)], data: rows } as Tensor] as const
    })
    row += count
    return Object.fromEntries(own)
  })
}
