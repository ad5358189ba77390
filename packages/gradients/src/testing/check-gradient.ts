import { graphBuilder, type GraphBuilder, type ModelProto, type Value } from '@homing/onnx'
import { expect } from 'vitest'

import { readForwardGraph } from '../forward-graph.ts'
import { seededRandom } from '../seeded-random.ts'
import { type Draw, type Random, uniform } from './draw.ts'
import { gradientModel } from './gradient-model.ts'
import { openModel, type OpenModel } from './run-model.ts'

/** The types in which gradients are checked. */
export type Precision = 'float32' | 'float64'

/** What is checked: the graph that `define` builds of the inputs x0, x1, ... of these shapes. */
export interface GradientCase {
  /** Constants that meet the inputs have to be of their type, `dtype`. */
  readonly define: (g: GraphBuilder, inputs: Value[], dtype: Precision) => Value
  readonly shapes: readonly (readonly number[])[]
  /** Shape of the output; the inferred one when absent. */
  readonly output?: readonly number[]
  readonly opset?: number
  /** Step of the central difference in float32. It is exact for graphs that are at most quadratic, which take a large one. */
  readonly step: number
  /** The numbers of the inputs; uniform in -1..1 when absent. */
  readonly draw?: Draw
  readonly seed: number
  /** The only type that the standard gives the operator; tried in float64 first when absent. */
  readonly only?: 'float32'
}

/** Largest difference allowed, as a share of the gradient. */
const tolerances = { float32: 1e-3, float64: 1e-6 }
/** Step in float64, between the errors of rounding (1e-16 / step) and of cutting off (step^2). */
const float64Step = 1e-5
/** Elements of each input that are moved one by one, drawn at random where there are more. */
const maxMoved = 12
const directions = 3

/**
 * Holds the written gradients against central differences. In float64 where onnxruntime-web runs the operators so:
 * element by element to 1e-6. Else in float32 along random directions d that move all inputs at once: for random v,
 * (v . f(x + h d) - v . f(x - h d)) / 2h equals d . J'v to 1e-3.
 */
export async function checkGradient(given: GradientCase): Promise<void> {
  const double = given.only ? undefined : await opened(given, 'float64')
  const check = double ?? (await opened(given, 'float32'))
  if (!check) throw new Error('onnxruntime-web does not run the operator in float32 either')
  try {
    await (double ? checkElements(check) : checkDirections(check, given.step))
  } finally {
    await check.forward.close()
    await check.backward.close()
  }
}

type Elements = Float32Array | Float64Array

/** Both models, and the point at which they are compared. */
interface Check {
  readonly precision: Precision
  readonly forward: OpenModel<Elements>
  readonly backward: OpenModel<Elements>
  readonly shapes: readonly (readonly number[])[]
  readonly output: readonly number[]
  readonly x: readonly Elements[]
  readonly v: Elements
  readonly random: Random
}

/** Undefined where the engine has no kernel of this precision. */
async function opened(given: GradientCase, precision: Precision): Promise<Check | undefined> {
  const { shapes, draw = uniform } = given
  const random = seededRandom(given.seed)
  const model = forwardModel(given, precision)
  const output = readForwardGraph(model, {}).output.shape
  const array = precision === 'float64' ? Float64Array : Float32Array
  const x = shapes.map((shape) => array.from(draw(random, volume(shape))))
  const v = array.from(uniform(random, volume(output)))
  const forward = await kernelsOf(model)
  const backward = forward && (await kernelsOf(gradientModel(model)))
  if (!backward) await forward?.close()
  return forward && backward && { precision, forward, backward, shapes, output, x, v, random }
}

function forwardModel({ define, shapes, output, opset = 17 }: GradientCase, dtype: Precision): ModelProto {
  const g = graphBuilder('forward', { opset })
  const inputs = shapes.map((shape, index) => g.input(`x${index}`, dtype, shape))
  g.output('y', define(g, inputs, dtype), dtype, output)
  return g.build()
}

/** Only a kernel that is missing counts as none: a graph that mixes types is a mistake of the rule. */
async function kernelsOf(model: ModelProto): Promise<OpenModel<Elements> | undefined> {
  try {
    return await openModel<Elements>(model)
  } catch (cause) {
    if (cause instanceof Error && cause.message.includes('Could not find an implementation')) return undefined
    throw cause
  }
}

async function gradientsOf({ backward, shapes, output, x, v }: Check): Promise<Elements[]> {
  const results = await backward.run({ ...feed(shapes, x), v: { shape: output, data: v } })
  return x.map((_, index) => results[`x${index}/gradient`]!)
}

/** v . f(x + h d) - v . f(x - h d), over 2h. */
async function difference(check: Check, direction: readonly Elements[], h: number): Promise<number> {
  const at = async (step: number): Promise<number> => {
    const moved = check.x.map((data, index) =>
      data.map((value: number, i: number) => value + step * direction[index]![i]!),
    )
    return dot(check.v, (await check.forward.run(feed(check.shapes, moved)))['y']!)
  }
  return ((await at(h)) - (await at(-h))) / (2 * h)
}

async function checkElements(check: Check): Promise<void> {
  const gradients = await gradientsOf(check)
  for (const [index, gradient] of gradients.entries()) {
    const scale = Array.from(gradient).reduce((most, value) => Math.max(most, Math.abs(value)), 1)
    for (const element of someOf(gradient.length, check.random)) {
      const direction = check.x.map((data, at) => data.map((_, i) => (at === index && i === element ? 1 : 0)))
      const found = await difference(check, direction, float64Step)
      expect(
        Math.abs(found - gradient[element]!) / scale,
        `x${index}[${element}]: ${gradient[element]} instead of ${found}`,
      ).toBeLessThan(tolerances.float64)
    }
  }
  await checkDirections(check, float64Step)
}

async function checkDirections(check: Check, step: number): Promise<void> {
  const gradients = await gradientsOf(check)
  for (let count = 0; count < directions; count++) {
    const direction = check.x.map((data) =>
      data.map(
        (
          (moves) => (_: number, i: number) =>
            moves[i]!
        )(uniform(check.random, data.length)),
      ),
    )
    const found = await difference(check, direction, step)
    const written = gradients.reduce((sum, gradient, at) => sum + dot(direction[at]!, gradient), 0)
    const scale = gradients.reduce((sum, gradient, at) => sum + norm(direction[at]!) * norm(gradient), 1)
    expect(Math.abs(found - written) / scale).toBeLessThan(tolerances[check.precision])
  }
}

/** All places up to `count`, or some of them. */
function someOf(count: number, random: Random): number[] {
  if (count <= maxMoved) return Array.from({ length: count }, (_, place) => place)
  return Array.from({ length: maxMoved }, () => Math.floor(random() * count))
}

function feed(shapes: Check['shapes'], values: readonly Elements[]) {
  return Object.fromEntries(values.map((data, index) => [`x${index}`, { shape: shapes[index]!, data }]))
}

const volume = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)
const dot = (a: Elements, b: Elements): number =>
  Array.from(a).reduce((sum, value, index) => sum + value * b[index]!, 0)
const norm = (a: Elements): number => Math.sqrt(dot(a, a))
