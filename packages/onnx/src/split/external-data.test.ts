import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { create } from '@bufbuild/protobuf'
import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, onTestFinished, test } from 'vitest'

import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
} from '../generated/onnx-ml_pb.js'
import {
  graphBuilder,
  type ModelProto,
  readModel,
  safeLocation,
  splitModel,
  type TensorProto,
  writeModel,
} from '../index.ts'
import { parameterReader } from './parameter-reader.ts'
import { expectSameOutputs, splitWhole } from '../testing/split-and-run.ts'

const values = Float32Array.from({ length: 4096 }, (_, i) => Math.cos(i))

/** A model of two matrices and a shape, and what its parts are called. */
function wholeModel(): ModelProto {
  const g = graphBuilder('external')
  const x = g.input('x', 'float32', ['n', 64])
  const product = g.op('MatMul', [
    g.op('MatMul', [x, g.parameter('a', 'float32', [64, 64], values)]),
    g.parameter('b', 'float32', [64, 64], values.map(Math.abs)),
  ])
  g.output('y', g.op('Reshape', [product, g.initializer(shapeTensor())]), 'float32', ['n', 64])
  return g.build()
}

function shapeTensor(): TensorProto {
  const g = graphBuilder('shape')
  g.output('o', g.ints([-1, 64]))
  return g.build().graph!.initializer[0]!
}

/** Moves the elements of every initialiser into a file, as exporters do. */
function externalise(model: ModelProto, location: string): Uint8Array {
  const parts: Uint8Array[] = []
  let offset = 0
  for (const tensor of model.graph!.initializer) {
    const { rawData } = tensor
    setExternal(tensor, { location, offset: String(offset), length: String(rawData.byteLength) })
    parts.push(rawData)
    offset += rawData.byteLength
  }
  return Buffer.concat(parts)
}

function setExternal(tensor: TensorProto, fields: Record<string, string>): void {
  tensor.rawData = new Uint8Array()
  tensor.dataLocation = DataLocation.EXTERNAL
  tensor.externalData = Object.entries(fields).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  )
}

describe('external data', () => {
  test('is read range by range, and what engines need at once becomes part of the graph', async () => {
    const whole = writeModel(wholeModel())
    const model = wholeModel()
    const file = externalise(model, 'weights/./model.data')
    const asked: string[] = []
    const split = await splitWhole(model, {
      externalData: (location, offset, length) => {
        asked.push(location)
        return Promise.resolve(file.subarray(offset, offset + length))
      },
    })
    expect(new Set(asked)).toEqual(new Set(['weights/model.data']))
    expect(split.parameters.tensors.map(({ name }) => name)).toEqual(['a', 'b'])
    await expectSameOutputs(whole, split, { x: new Tensor('float32', values, [64, 64]) })
  })

  test('lies where it is said to, also beyond 2 and 4 GiB of a file', async () => {
    const model = wholeModel()
    const folder = await mkdtemp(join(tmpdir(), 'homing-onnx-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = await open(join(folder, 'sparse.data'), 'w+')
    const places = [2 ** 31 + 64, 2 ** 32 + 64, 2 ** 33]
    for (const [index, tensor] of model.graph!.initializer.entries()) {
      // A sparse file: what lies between takes no place.
      await file.write(tensor.rawData, 0, tensor.rawData.byteLength, places[index])
      setExternal(tensor, { location: 'sparse.data', offset: String(places[index]) })
    }
    const split = await splitWhole(model, {
      externalData: async (_, offset, length) =>
        (await file.read(new Uint8Array(length), 0, length, offset)).buffer,
    })
    expect((await file.stat()).size).toBeGreaterThan(2 ** 33)
    await file.close()
    await expectSameOutputs(writeModel(wholeModel()), split, { x: new Tensor('float32', values, [64, 64]) })
  })

  test('of more than four gigabytes in several tensors has its place in graph and manifest', async () => {
    const g = graphBuilder('huge')
    const x = g.input('x', 'float32', ['n', 1])
    const [first, second, third] = ['a', 'b', 'c'].map((name) => g.parameter(name, 'float32', [1, 1], [1]))
    g.output('y', g.op('MatMul', [g.op('MatMul', [x, first]), g.op('MatMul', [second, third])]))
    const model = g.build()
    const sizes = [600_000_000n, 500_000_000n, 1n]
    for (const [index, tensor] of model.graph!.initializer.entries()) {
      tensor.dims = [1n, sizes[index]!]
      setExternal(tensor, { location: 'huge.bin' })
    }
    const split = await splitModel(model)
    const offsets = split.parameters.tensors.map(({ offset }) => offset)
    expect(offsets).toEqual([0, 2_400_000_000, 4_400_000_000])
    const graph = readModel(split.graph).graph!
    const placed = graph.initializer.map(
      ({ externalData }) => externalData.find(({ key }) => key === 'offset')!.value,
    )
    expect(placed).toEqual(offsets.map(String))
    const read = parameterReader(model.graph!.initializer[0]!, (_, offset, length) =>
      Promise.resolve(new Uint8Array(length).fill(offset === 2 ** 31 + 8 ? 1 : 0)),
    )
    expect(await read(2 ** 31 + 8, 2)).toEqual(Uint8Array.of(1, 1))
  })

  test('of more than four gigabytes never lies in memory at once', async () => {
    const g = graphBuilder('huge')
    const x = g.input('x', 'float32', ['n', 1])
    const donor = g.parameter('w', 'float32', [1, 1], [1])
    g.output('y', g.op('MatMul', [x, donor]))
    const model = g.build()
    const [tensor] = model.graph!.initializer
    tensor!.dims = [1n, 1_100_000_000n]
    setExternal(tensor!, { location: 'huge.bin' })
    let largest = 0
    const externalData = (_: string, offset: number, length: number): Promise<Uint8Array> => {
      largest = Math.max(largest, length)
      return Promise.resolve(new Uint8Array(length).fill(offset / 2 ** 23))
    }
    const split = await splitModel(model, { externalData })
    expect(split.parameters.size).toBe(4_400_000_000)
    const shards = split.shards()
    for (let i = 0; i < 3; i++) expect((await shards.next()).value!.bytes[5]).toBe(i)
    await shards.return()
    expect(largest).toBe(8 * 1024 * 1024)
  })

  test.each([
    '/etc/passwd',
    '../secret',
    'a/../../b',
    'a\\b',
    '..\\b',
    'C:\\x',
    'c:/x',
    'c:x',
    '',
    '.',
    'a\u0000b',
    'a//b',
    'file:///x',
    '\\\\host\\x',
  ])('refuses the location %j', async (location) => {
    const refused = expect.objectContaining({ name: 'HomingError', code: 'ONNX_EXTERNAL_DATA' })
    expect(() => safeLocation(location, 'tensor')).toThrow(refused)
    const model = wholeModel()
    externalise(model, location)
    const externalData = () => Promise.reject(new Error('the file was opened'))
    await expect(splitModel(model, { externalData })).rejects.toThrow(refused)
  })

  test.each([
    ['a negative offset', { location: 'w', offset: '-1' }],
    ['an offset that is no number', { location: 'w', offset: '0x10' }],
    ['an absurd offset', { location: 'w', offset: '9007199254740990' }],
    ['a length that does not fit the dimensions', { location: 'w', length: '16' }],
    ['no location', { offset: '0' }],
  ])('refuses %s', async (_, fields) => {
    const model = wholeModel()
    setExternal(model.graph!.initializer[0]!, fields)
    await expect(splitModel(model)).rejects.toMatchObject({ code: 'ONNX_EXTERNAL_DATA' })
  })

  test('that ends early, cannot be read or is not given is refused', async () => {
    const model = wholeModel()
    externalise(model, 'w')
    await expect(splitWhole(model)).rejects.toMatchObject({ code: 'ONNX_EXTERNAL_DATA' })
    const short = () => Promise.resolve(new Uint8Array(3))
    await expect(splitWhole(model, { externalData: short })).rejects.toMatchObject({
      code: 'ONNX_EXTERNAL_DATA',
    })
    const cause = new Error('no such file')
    const missing = () => Promise.reject(cause)
    await expect(splitWhole(model, { externalData: missing })).rejects.toMatchObject({
      code: 'ONNX_EXTERNAL_DATA',
      cause,
    })
  })
})
