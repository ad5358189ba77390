import { graphBuilder, type GraphBuilder, type Value } from '@homing/onnx'
import { expect } from 'vitest'

import { emitterOf } from '../emitter.ts'
import { readForwardGraph } from '../forward-graph.ts'
import { writeGradients } from '../reverse.ts'
import { runModel, type Numbers } from './run-model.ts'

/** What is checked: the graph that `define` builds of the inputs x0, x1, ... of these shapes. */
export interface GradientCase {
  readonly define: (g: GraphBuilder, inputs: Value[]) => Value
  readonly shapes: readonly (readonly number[])[]
  /** Shape of the output; the inferred one when absent. */
  readonly output?: readonly number[]
  readonly opset?: number
  /** Step of the central difference. It is exact for graphs that are at most quadratic, which then take a large one. */
  readonly step: number
  /** The numbers of the inputs; uniform in -1..1 when absent. */
  readonly draw?: (random: () => number, count: number) => Float32Array
  readonly seed: number
}

/** Largest difference allowed, as a share of the norms that meet in the directional derivative. */
const tolerance = 1e-3
const directions = 3

/**
 * Holds the written gradients against central differences: for random v and d, (v . f(x + h d) - v . f(x - h d)) / 2h
 * equals d . J'v, where d moves all inputs at once.
 */
export async function checkGradient({
  define,
  shapes,
  output: declared,
  opset = 17,
  step,
  draw,
  seed,
}: GradientCase): Promise<void> {
  const random = randomOf(seed)
  const uniform = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => 2 * random() - 1)
  const forward = graphBuilder('forward', { opset })
  const inputs = shapes.map((shape, index) => forward.input(`x${index}`, 'float32', shape))
  forward.output('y', define(forward, inputs), 'float32', declared)
  const model = forward.build()
  const output = readForwardGraph(model, {}).output.shape
  const x = shapes.map((shape) => (draw ? draw(random, volume(shape)) : uniform(volume(shape))))
  const v = uniform(volume(output))
  const feed = (values: Float32Array[]): Record<string, Numbers> =>
    Object.fromEntries(values.map((data, index) => [`x${index}`, { shape: shapes[index]!, data }]))

  const [gradients] = await runModel(gradientModel(model), { ...feed(x), v: { shape: output, data: v } })
  const moves = Array.from({ length: directions }, () => shapes.map((shape) => uniform(volume(shape))))
  const moved = (d: Float32Array[], h: number): Float32Array[] =>
    x.map((data, index) => data.map((value, i) => value + h * d[index]![i]!))
  const results = await runModel(
    model,
    ...moves.flatMap((d) => [feed(moved(d, step)), feed(moved(d, -step))]),
  )

  for (const [index, d] of moves.entries()) {
    const [ahead, behind] = [results[2 * index]!['y']!, results[2 * index + 1]!['y']!]
    const difference = (dot(v, ahead) - dot(v, behind)) / (2 * step)
    const products = d.map((move, at) => dot(move, gradients![`x${at}/gradient`]!))
    const scale = d.reduce((sum, move, at) => sum + norm(move) * norm(gradients![`x${at}/gradient`]!), 1)
    expect(Math.abs(difference - products.reduce((a, b) => a + b)) / scale).toBeLessThan(tolerance)
  }
}

function gradientModel(model: Parameters<typeof readForwardGraph>[0]) {
  const graph = readForwardGraph(model, {})
  const builder = graphBuilder('gradient', { opset: graph.opset })
  for (const { name, dtype, shape } of graph.inputs) builder.input(name, dtype, shape)
  const v = { ...graph.output, name: 'v' }
  builder.input('v', v.dtype, v.shape)
  for (const tensor of graph.initializers.values()) builder.initializer(tensor)
  for (const { proto } of graph.nodes) builder.node(proto)
  const gradients = writeGradients(
    graph,
    emitterOf(builder),
    v,
    graph.inputs.map(({ name }) => name),
  )
  for (const [name, value] of gradients) builder.output(`${name}/gradient`, value)
  return builder.build()
}

/** Numbers far enough apart, and from zero, that a small step crosses no kink of ReLU or maximum. */
export function awayFromKinks(random: () => number, count: number): Float32Array {
  const ranks = Array.from({ length: count }, (_, rank) => ({ rank, key: random() })).sort(
    (a, b) => a.key - b.key,
  )
  return Float32Array.from(ranks, ({ rank }) => (rank - Math.floor(count / 2) + 0.5) / 10)
}

/** Numbers from 0.5 to 2. */
export function positive(random: () => number, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => 0.5 + 1.5 * random())
}

const volume = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0)
const norm = (a: Float32Array): number => Math.sqrt(dot(a, a))

/** The generator mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
