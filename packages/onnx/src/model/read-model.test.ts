import { HomingError } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  exposeTensors,
  float,
  foldConstants,
  graphBuilder,
  inferTypes,
  readModel,
  readSignature,
  readTensor,
  splitModel,
  upgradeOpset,
  writeModel,
} from '../index.ts'
import type { GraphProto } from '../index.ts'
import { sileroVad } from '../testing/silero-vad.ts'

const text = (content: string): Uint8Array => new TextEncoder().encode(content)

/** A model of operator set 11, whose nodes change on their way to newer ones. */
function old(): Uint8Array {
  const g = graphBuilder('old', { opset: 11 })
  const x = g.input('x', 'float32', ['n', 4])
  const [a, b] = g.ops('Split', [g.op('Softmax', [x], { axis: 0 })], 2, { axis: 1, split: [2, 2] })
  const sum = g.op('ReduceSum', [g.op('Unsqueeze', [a!], { axes: [0] })], { axes: [0], keepdims: 0 })
  const size = g.op('Gather', [g.op('Shape', [sum]), g.scalar(1, 'int64')])
  const wanted = g.op('Concat', [g.ints([-1]), g.op('Unsqueeze', [size], { axes: [0] })], { axis: 0 })
  const y = g.op('Clip', [
    g.op('Dropout', [g.op('Reshape', [sum, wanted])], { ratio: float(0.1) }),
    g.scalar(0),
  ])
  g.output('y', g.op('Pad', [g.op('Add', [y, b!]), g.ints([0, 1, 0, 1])]), 'float32', ['n', 4])
  return writeModel(g.build())
}

function small(): Uint8Array {
  const g = graphBuilder('small', { opset: 17, metadata: { a: 'b' } })
  const x = g.input('x', 'float32', ['n', 4])
  const y = g.op('MatMul', [x, g.parameter('w', 'float32', [4, 4], new Float32Array(16).fill(0.5))])
  const branch = (name: string) =>
    g.subgraph(name, (b) => b.output(`${name}.y`, b.op('Relu', [y]), 'float32', ['n', 4]))
  const result = g.op('If', [g.constant('bool', [], [1])], {
    then_branch: branch('then'),
    else_branch: branch('else'),
  })
  g.output('y', g.op('Reshape', [result, g.ints([-1, 4])]), 'float32', ['n', 4])
  return writeModel(g.build())
}

/** Everything that packing and training do with a file. Each step throws HomingError or nothing. */
async function pack(bytes: Uint8Array): Promise<void> {
  await attempt(async () => {
    const { model } = exposeTensors(readModel(bytes))
    await attempt(() => readSignature(model))
    await attempt(() => foldConstants(upgradeOpset(model, 21)))
    const split = await splitModel(model)
    let shards = 0
    // A claim of terabytes is refused shard by shard, by whoever reads the files; three are enough to see it.
    for await (const shard of split.shards()) if (shard.bytes.byteLength === 0 || ++shards > 3) break
  })
}

async function attempt(step: () => unknown): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (!(error instanceof HomingError)) throw error
    expect(['ONNX_INVALID', 'ONNX_UNSUPPORTED', 'ONNX_EXTERNAL_DATA']).toContain(error.code)
  }
}

describe('readModel', () => {
  test.each([
    ['nothing', new Uint8Array()],
    ['text', text('This is not a model.\n')],
    ['a web page', text('<!DOCTYPE html><html><body>Not found</body></html>')],
    ['JSON', text('{"format":"layers-model"}')],
    ['zeros', new Uint8Array(1000)],
    ['a graph without IR version', new Uint8Array([0x3a, 0x00, 0x42, 0x00])],
    ['an IR version without graph', new Uint8Array([0x08, 0x08, 0x42, 0x00])],
    ['no operator set', new Uint8Array([0x08, 0x08, 0x3a, 0x00])],
    [
      'a field that claims more bytes than there are',
      new Uint8Array([0x08, 0x08, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ],
    ['groups nested without end', new Uint8Array(1_000_000).fill(0x3b)],
    ['graphs nested without end', nested(100_000)],
  ])('refuses %s', (_, bytes) => {
    expect(() => readModel(bytes)).toThrow(
      expect.objectContaining({ name: 'HomingError', code: 'ONNX_INVALID' }),
    )
  })

  test.each<[string, (graph: GraphProto) => unknown]>([
    ['a value that nothing makes', (graph) => (graph.node[0]!.input[0] = 'nowhere')],
    ['a cycle', (graph) => (graph.node[0]!.input[0] = 'y')],
    ['nodes out of order', (graph) => graph.node.reverse()],
    ['a value that is made twice', (graph) => (graph.node[1]!.output[0] = graph.node[0]!.output[0]!)],
    ['a node that makes what is stored', (graph) => (graph.node[0]!.output[0] = 'w')],
    ['an input twice', (graph) => graph.input.push(graph.input[0]!)],
    ['an output that nothing makes', (graph) => (graph.output[0]!.name = 'nowhere')],
    [
      'a body that reads what nothing makes',
      (graph) => (graph.node[1]!.attribute[0]!.g!.node[0]!.input[0] = 'nowhere'),
    ],
  ])('refuses %s, by name', (_, damage) => {
    const model = readModel(small())
    damage(model.graph!)
    const bytes = writeModel(model)
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({ code: 'ONNX_INVALID' }))
    expect(() => readModel(bytes)).toThrow(/export the model anew/i)
  })

  test('refuses what is larger than any model file, and to write it', () => {
    // Zeros take no memory until they are touched.
    const zeros = new Uint8Array(2 ** 31)
    expect(() => readModel(zeros)).toThrow(/external data/)
    const model = readModel(small())
    const { rawData: _, ...tensor } = model.graph!.initializer[0]!
    model.graph!.initializer.push({ ...tensor, name: 'large', dims: [2n ** 29n], rawData: zeros })
    expect(() => writeModel(model)).toThrow(expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }))
  })

  test('says when the file is a text', () => {
    expect(() => readModel(text('<html>'.repeat(20)))).toThrow(/text or web page/)
  })

  test.each([65, 500, 2000, 4000, 8000])('refuses %i graphs one inside the other', (depth) => {
    const code = expect.stringMatching(/^ONNX_(UNSUPPORTED|INVALID)$/) as string
    expect(() => readModel(nested(depth))).toThrow(expect.objectContaining({ code }))
  })

  test.each([2n, 15n, 99n])('refuses IR version %i', (irVersion) => {
    const model = readModel(small())
    model.irVersion = irVersion
    expect(() => writeModel(model)).toThrow(expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }))
  })

  test('keeps unknown fields byte for byte', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 5000 }), fc.uint8Array({ maxLength: 60 }), (field, content) => {
        const tag = (field << 3) | 2
        const key = [
          (tag & 0x7f) | 0x80,
          ((tag >> 7) & 0x7f) | (tag >> 14 ? 0x80 : 0),
          ...(tag >> 14 ? [tag >> 14] : []),
        ]
        const bytes = new Uint8Array([...small(), ...key, content.length, ...content])
        expect(writeModel(readModel(bytes))).toEqual(bytes)
      }),
    )
  })

  test('refuses truncated files, or finds what is missing', { timeout: 60_000 }, async () => {
    const bytes = small()
    for (let length = 0; length < bytes.length; length++) await pack(bytes.subarray(0, length))
  })

  test.each([
    ['a model with branches', small()],
    ['an old model', old()],
  ])('survives any few changed bytes of %s', { timeout: 120_000 }, async (_, bytes) => {
    const change = fc.record({ at: fc.nat({ max: bytes.length - 1 }), to: fc.integer({ min: 0, max: 255 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const damaged = bytes.slice()
        for (const { at, to } of changes) damaged[at] = to
        await pack(damaged)
      }),
      { numRuns: 3000 },
    )
  })

  test('survives changed bytes of a model exported by PyTorch', { timeout: 120_000 }, async () => {
    const bytes = new Uint8Array(sileroVad('silero_vad_legacy.onnx'))
    const change = fc.record({ at: fc.nat({ max: bytes.length - 1 }), to: fc.integer({ min: 0, max: 255 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), async (changes) => {
        const damaged = bytes.slice()
        for (const { at, to } of changes) damaged[at] = to
        await pack(damaged)
      }),
      { numRuns: 40 },
    )
  })

  test('refuses absurd dimensions before memory is taken', async () => {
    for (const dims of [
      [2n ** 62n],
      [2n ** 31n, 2n ** 31n],
      [-1n],
      Array.from({ length: 40 }, () => 1n),
      [1_000_000_000n],
    ]) {
      const model = readModel(small())
      const tensor = model.graph!.initializer[0]!
      tensor.dims = dims
      const refused = expect.objectContaining({ code: 'ONNX_INVALID' })
      await expect(splitModel(model)).rejects.toThrow(refused)
      expect(() => readTensor(tensor)).toThrow(refused)
    }
    expect(inferTypes(readModel(small())).get('x')).toEqual({ dtype: 'float32', shape: ['n', 4] })
  })
})

/** A model whose graph holds a node that holds an attribute that holds a graph, and so on. */
function nested(depth: number): Uint8Array {
  const varint = (value: number): number[] =>
    value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
  const chunks: number[][] = []
  let size = 0
  const wrap = (field: number): void => {
    const head = [(field << 3) | 2, ...varint(size)]
    chunks.push(head)
    size += head.length
  }
  for (let i = 0; i < depth; i++) [6, 5, 1].forEach(wrap)
  wrap(7)
  return new Uint8Array([0x08, 0x08, 0x42, 0x00, ...chunks.reverse().flat()])
}
