import { trainingGraph } from '../../training-graph.ts'
import type { OpenModel } from '../run-model.ts'
import { tensorsOf, trainerOf } from '../trainer.ts'
import type { StepCase } from './step-cases.ts'

/** What some steps gave: the loss before each, and in the end the tensors that they changed. */
export interface StepResults {
  readonly losses: readonly number[]
  readonly tensors: ReadonlyMap<string, ArrayLike<number> & Iterable<number>>
}

/** Takes steps on the engine that `open` opens models on. */
export async function runSteps(
  { model, options, feeds, learningRate }: StepCase,
  steps: number,
  open: (model: StepCase['model']) => Promise<OpenModel>,
): Promise<StepResults> {
  const graph = trainingGraph(model, options)
  const opened = await open(graph.model)
  try {
    const trainer = trainerOf(opened, graph, tensorsOf(model))
    const losses: number[] = []
    for (let step = 0; step < steps; step++) losses.push(await trainer.step(feeds, learningRate))
    return { losses, tensors: new Map([...trainer.values].map(([name, { data }]) => [name, data])) }
  } finally {
    await opened.close()
  }
}
