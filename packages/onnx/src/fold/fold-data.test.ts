import { existsSync } from 'node:fs'

import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { copyModel } from '../graph/copy-graph.ts'
import {
  foldConstants,
  makeTensor,
  type ModelProto,
  modelOpsets,
  readModel,
  readTensor,
  type TensorElements,
  writeModel,
} from '../index.ts'
import { inferBody } from '../infer/infer-body.ts'
import { largestDifference } from '../testing/largest-difference.ts'
import { runModel } from '../testing/run-model.ts'
import { testDataFolder, testInputs, testModels } from '../testing/test-data.ts'

type Feeds = Record<string, Tensor>

const tryRun = (model: ModelProto, feeds: Feeds): Promise<Feeds | undefined> =>
  runModel(writeModel(model), feeds).catch(() => undefined)

const countNodes = (model: ModelProto): number => model.graph!.node.length

describe('the models of the ONNX project', () => {
  test(
    'give the same bits when they are folded, and folding again changes nothing',
    { timeout: 300_000 },
    async () => {
      let [compared, gone] = [0, 0]
      for (const { name, folder, bytes } of testModels()) {
        const model = readModel(bytes)
        const folded = foldConstants(model)
        expect(Buffer.from(writeModel(foldConstants(folded))).equals(writeModel(folded)), name).toBe(true)
        gone += countNodes(model) - countNodes(folded)
        const feeds = testInputs(model, folder)
        if (!feeds || countNodes(model) === countNodes(folded) || /bernoulli|dropout/.test(name)) continue
        const before = await tryRun(model, feeds)
        if (!before) continue
        const after = await tryRun(folded, feeds)
        expect(after, name).toBeDefined()
        expect(largestDifference(after!, before), name).toBe(0)
        compared += 1
      }
      if (!existsSync(testDataFolder)) return
      expect(compared).toBeGreaterThan(90)
      expect(gone).toBeGreaterThan(400)
    },
  )

  test(
    'compute what the engine computes, bit for bit, when their inputs are stored',
    { timeout: 300_000 },
    async () => {
      const operators = new Map<string, number>()
      for (const { name, folder, bytes } of testModels()) {
        const model = readModel(bytes)
        const feeds = testInputs(model, folder)
        if (!feeds) continue
        const stored = copyModel(model)
        stored.graph!.initializer.push(
          ...Object.entries(feeds).map(([input, { type, dims, data }]) =>
            makeTensor(input, type as 'float32', dims, data as TensorElements),
          ),
        )
        const { constants } = inferBody(stored.graph!, modelOpsets(stored))
        const computed = stored.graph!.output.filter((output) => constants.has(output.name))
        if (computed.length === 0) continue
        const found = await tryRun(model, feeds)
        if (!found) continue
        for (const output of computed) {
          const { dtype, shape, data } = readTensor(constants.get(output.name)!)
          const tensor = new Tensor(dtype as 'float32', data as Float32Array, shape)
          expect(largestDifference({ y: tensor }, { y: found[output.name]! }), name).toBe(0)
          const operator = model.graph!.node.find((node) => node.output.includes(output.name))!.opType
          operators.set(operator, (operators.get(operator) ?? 0) + 1)
        }
      }
      if (existsSync(testDataFolder)) expect(operators.size).toBeGreaterThan(40)
    },
  )
})
