import { HomingError } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  exposeTensors,
  graphBuilder,
  inferTypes,
  readModel,
  readSignature,
  readTensor,
  splitModel,
  writeModel,
} from '../index.ts'
import { sileroVad } from '../testing/silero-vad.ts'

const text = (content: string): Uint8Array => new TextEncoder().encode(content)

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

/** Everything that packing does with a file. Throws HomingError or nothing. */
async function pack(bytes: Uint8Array): Promise<void> {
  try {
    const { model } = exposeTensors(readModel(bytes))
    readSignature(model)
    const split = await splitModel(model)
    let shards = 0
    // A claim of terabytes is refused shard by shard, by whoever reads the files; three are enough to see it.
    for await (const shard of split.shards()) if (shard.bytes.byteLength === 0 || ++shards > 3) break
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

  test('survives any few changed bytes', { timeout: 120_000 }, async () => {
    const bytes = small()
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
