import { existsSync } from 'node:fs'

import { create } from '@bufbuild/protobuf'
import type { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { ValueInfoProtoSchema } from '../generated/onnx-ml_pb.js'
import { copyModel } from '../graph/copy-graph.ts'
import {
  type Dim,
  inferTypes,
  makeTensor,
  makeValueInfo,
  type ModelProto,
  readModel,
  type TensorElements,
  type TensorType,
  writeModel,
} from '../index.ts'
import { runModel } from '../testing/run-model.ts'
import { testDataFolder, testInputs, testModels } from '../testing/test-data.ts'

type Feeds = Record<string, Tensor>
type Types = ReadonlyMap<string, TensorType>

/** The inputs and nodes of a model, without what it says of the types of its values. */
function bareModel(
  model: ModelProto,
  feeds: Feeds,
  shape: (input: string, dims: readonly number[]) => Dim[],
): ModelProto {
  const bare = copyModel(model)
  const graph = bare.graph!
  graph.input = Object.entries(feeds).map(([name, { type, dims }]) =>
    makeValueInfo(name, { dtype: type, shape: shape(name, dims) }),
  )
  graph.valueInfo = []
  graph.output = []
  if (bare.irVersion < 4n) bare.irVersion = 4n
  return bare
}

/** What the engine gives for every value of a model that it can give, else for its outputs. */
async function valuesOf(model: ModelProto, feeds: Feeds, types: Types): Promise<Feeds | undefined> {
  const all = copyModel(model)
  all.graph!.output = model
    .graph!.node.flatMap(({ output }) => output.filter(Boolean))
    .map((name) => {
      const type = types.get(name)
      return type ? makeValueInfo(name, { dtype: type.dtype }) : create(ValueInfoProtoSchema, { name })
    })
  if (all.irVersion < 4n) all.irVersion = 4n
  return runModel(writeModel(all), feeds).catch(() =>
    runModel(writeModel(model), feeds).catch(() => undefined),
  )
}

type Verdict = 'right' | 'partly' | 'unknown'

/** How much of a tensor's type was known, with the sizes of named dimensions. Fails when it is wrong. */
function judge(
  found: Tensor,
  type: TensorType | undefined,
  sizes: ReadonlyMap<string, number>,
  what: string,
): Verdict {
  if (!type) return 'unknown'
  const shape = type.shape?.map((dim, axis) => {
    if (dim === '') return found.dims[axis]
    return typeof dim === 'number' ? dim : sizes.get(dim)
  })
  expect({ dtype: type.dtype, shape: shape ?? found.dims }, what).toEqual({
    dtype: found.type,
    shape: found.dims,
  })
  return type.shape && !type.shape.includes('') ? 'right' : 'partly'
}

describe('inferred types of the models of the ONNX project', () => {
  test('are what the engine gives, or unknown, and never wrong', { timeout: 300_000 }, async () => {
    const given = { right: 0, partly: 0, unknown: 0 }
    const [named, stored] = [{ ...given }, { ...given }]
    for (const { name, folder, bytes } of testModels()) {
      const model = readModel(bytes)
      const feeds = testInputs(model, folder)
      if (!feeds) continue
      const withSizes = bareModel(model, feeds, (_, dims) => [...dims])
      const types = inferTypes(withSizes)
      const sizes = new Map<string, number>()
      const withNames = bareModel(model, feeds, (input, dims) =>
        dims.map((size, axis) => {
          sizes.set(`${input}.${axis}`, size)
          return `${input}.${axis}`
        }),
      )
      const withTensors = copyModel(withSizes)
      withTensors.graph!.initializer.push(
        ...Object.entries(feeds).map(([input, { type, dims, data }]) =>
          makeTensor(input, type as 'float32', dims, data as TensorElements),
        ),
      )
      const [typesOfNames, typesOfTensors] = [inferTypes(withNames), inferTypes(withTensors)]
      for (const [value, found] of Object.entries((await valuesOf(model, feeds, types)) ?? {})) {
        const what = `${value} of ${name}`
        given[judge(found, types.get(value), sizes, what)] += 1
        named[judge(found, typesOfNames.get(value), sizes, `${what}, sizes named`)] += 1
        stored[judge(found, typesOfTensors.get(value), sizes, `${what}, inputs stored`)] += 1
      }
    }
    if (!existsSync(testDataFolder)) return
    expect(given.right).toBeGreaterThan(2200)
    expect(named.right).toBeGreaterThan(1650)
    expect(stored.right).toBeGreaterThan(2350)
    expect(stored.unknown).toBeLessThan(60)
  })
})
