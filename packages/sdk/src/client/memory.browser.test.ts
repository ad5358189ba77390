import { beforeEach, expect, test } from 'vitest'

import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseExpected, denseOnnxRequest, floats, tinyGraphRequest } from '../../test/tiny-packages.ts'
import type { Homing, Model, Prediction } from './api.ts'
import type { ClientOptions } from './options-api.ts'

const x = [1, 2, 3, 4]
const input = { x: floats(x, [1, 4]) }
const biases: Readonly<Record<string, number>> = { one: 1, two: 2, three: 3 }
let engines: Worker[]

beforeEach(() => {
  engines = []
})
serveEachTest()

const onnx = (): Worker => {
  const worker = new Worker(new URL('../runtime/onnx-worker.ts', import.meta.url), { type: 'module' })
  engines.push(worker)
  return worker
}

/** A client of the models `names`, all published. */
async function served(names: readonly string[], options: Partial<ClientOptions>): Promise<Homing> {
  for (const model of names)
    await repository.publish([{ request: denseOnnxRequest([], { model, bias: biases[model]! }) }])
  return client({ workers: { onnx }, ...options })
}
const open = (homing: Homing, name: string): Promise<Model> => homing.model(name, { backends: ['wasm'] })

function expectRight({ name }: Model, { outputs }: Prediction): void {
  expect(outputs['y']).toEqual(floats(denseExpected(x, biases[name]!), [1, 3]))
}
const asleep = (models: readonly Model[]): (boolean | undefined)[] =>
  models.map(({ status }) => status.memory?.asleep)

test('the model that was called longest ago leaves the memory, and comes back with the next call', async () => {
  const homing = await served(['one', 'two', 'three'], { memoryBudget: Infinity })
  const { bytes } = (await open(homing, 'one')).status.memory!
  await homing.close()

  const tight = client({ workers: { onnx }, memoryBudget: 2 * bytes })
  const one = await open(tight, 'one')
  const two = await open(tight, 'two')
  expectRight(two, await two.predict(input))
  expectRight(one, await one.predict(input))
  const three = await open(tight, 'three')
  const models = [one, two, three]
  expect(asleep(models)).toEqual([false, true, false])
  expectRight(three, await three.predict(input))
  expectRight(two, await two.predict({ x: floats(x, [1, 4]) }, { transfer: true })) // nothing is lost on the way
  expect(asleep(models)).toEqual([true, false, false])
  expect(two.status.state).toEqual({ name: 'active', version: '1.0.0' })
  expect(two.signature.inputs[0]).toMatchObject({ name: 'x' })
})

test('a run that needs more than a wasm heap can hold is an error, and the next call is answered', async () => {
  // y = a · b, whose shape the signature does not tell from those of the inputs: 0.2 MB make 10 GB.
  const graph = {
    inputs: [
      { name: 'a', dtype: 'float32', shape: ['rows', 1] },
      { name: 'b', dtype: 'float32', shape: [1, 'columns'] },
    ],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['high', 'wide'] }],
    nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] }],
  } as const
  await repository.publish([{ request: tinyGraphRequest(graph, [], { model: 'outer' }) }])
  const model = await open(client({ workers: { onnx } }), 'outer')
  const product = (size: number): Promise<Prediction> => {
    const data = new Float32Array(size).fill(2)
    return model.predict({
      a: { dtype: 'float32', shape: [size, 1], data },
      b: { dtype: 'float32', shape: [1, size], data },
    })
  }
  const expectFour = async (): Promise<void> => {
    expect((await product(2)).outputs['y']).toEqual(floats([4, 4, 4, 4], [2, 2]))
  }
  await expectFour()
  await expect(product(50_000)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  await expectFour()
})

test('models that are called in turns beyond the budget all answer', async () => {
  const homing = await served(['one', 'two'], { memoryBudget: 1 })
  const models = [await open(homing, 'one'), await open(homing, 'two')]
  expect(asleep(models)).toEqual([true, false])
  const calls = Array.from({ length: 12 }, (_, at) => models[at % 2]!)
  const answers = await Promise.all(calls.map((model) => model.predict(input)))
  answers.forEach((answer, at) => expectRight(calls[at]!, answer))
  for (const model of models) await model.close()
})

test('a heap that grew for one call is given back by a new worker once nobody calls', async () => {
  const homing = await served(['one', 'two'], { idleLimit: 500 })
  const one = await open(homing, 'one')
  const two = await open(homing, 'two')
  const rows = 4_000_000
  const { outputs } = await one.predict({
    x: { dtype: 'float32', shape: [rows, 4], data: new Float32Array(rows * 4) },
  })
  expect(outputs['y']!.data.length).toBe(rows * 3)
  await expect.poll(() => engines.length, { timeout: 30_000 }).toBe(2)
  for (const model of [one, two]) {
    expectRight(model, await model.predict(input))
    expect(model.status).toMatchObject({ state: { name: 'active' }, restarts: 0 })
  }
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(engines, 'what its models need is no reason to start it again').toHaveLength(2)
})
