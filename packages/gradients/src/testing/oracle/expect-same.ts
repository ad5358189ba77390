import { expect } from 'vitest'

import { trainingGraph } from '../../training-graph.ts'
import { openModel } from '../run-model.ts'
import { tensorsOf, trainerOf } from '../trainer.ts'
import { type CommonOptimiser, tfjsGradients, tfjsSteps } from './tfjs-training.ts'
import type { Twin } from './twin.ts'

/** Largest norm of a difference, as a share of the norm of the gradient or of the way that a tensor went. */
const tolerance = 1e-4

/** Holds the loss and every gradient of one step to those of tfjs. */
export async function expectSameGradients(twin: Twin): Promise<void> {
  // The velocity after one step from rest is the gradient itself, not a difference that rounding blurs.
  const { graph, start, values, losses } = await trained(twin, { kind: 'momentum' }, 0, 1)
  const names = graph.parameters.filter(({ state }) => state.length > 0).map(({ input }) => input)
  const theirs = tfjsGradients(twin, start, names)
  expect(Math.abs(losses[0]! - theirs.loss) / theirs.loss, 'loss').toBeLessThan(tolerance)
  for (const [name, gradient] of Object.entries(theirs.gradients)) {
    const ours = values.get(`${name}/velocity`)!.data
    expect(normOf(gradient), `gradient of ${name}`).toBeGreaterThan(0)
    expect(distance(ours, gradient), `gradient of ${name}`).toBeLessThan(tolerance)
  }
}

/** Holds every tensor after some steps of an optimiser, running averages included, to those of tfjs. */
export async function expectSameSteps(
  twin: Twin,
  optimiser: CommonOptimiser,
  learningRate: number,
): Promise<void> {
  const steps = 4
  const { graph, start, values, losses } = await trained(twin, optimiser, learningRate, steps)
  expect(losses.at(-1)).toBeLessThan(losses[0]!)
  const names = graph.parameters.map(({ input }) => input)
  const learned = names.filter((name) => !isAverage(twin, name))
  const theirs = tfjsSteps(twin, start, learned, { optimiser, learningRate, steps })
  for (const name of names) {
    const moved = difference(values.get(name)!.data, start[name]!.data)
    const expected = difference(theirs[name]!, start[name]!.data)
    expect(distance(moved, expected), `what ${name} moved by`).toBeLessThan(tolerance)
  }
}

type Elements = ArrayLike<number> & Iterable<number>

async function trained(twin: Twin, optimiser: CommonOptimiser, learningRate: number, steps: number) {
  const { model, x, targets } = twin
  const graph = trainingGraph(model, {
    dims: { batch: targets.length },
    loss: 'softmax-cross-entropy',
    optimiser,
    batchStatistics: twin.averages !== undefined,
  })
  const start = tensorsOf(model)
  const open = await openModel(graph.model)
  const trainer = trainerOf(open, graph, start)
  const losses: number[] = []
  const batch = { x, targets: { shape: [targets.length], data: targets } }
  for (let step = 0; step < steps; step++) losses.push(await trainer.step(batch, learningRate))
  await open.close()
  return { graph, start, values: trainer.values, losses }
}

const isAverage = ({ averages }: Twin, name: string): boolean =>
  averages !== undefined && /\.(mean|var)$/.test(name)
const difference = (a: Elements, b: Elements): number[] => Array.from(a, (value, i) => value - b[i]!)
const normOf = (values: Elements): number => Math.hypot(...values)
const distance = (a: Elements, b: Elements): number => normOf(difference(a, b)) / normOf(b)
