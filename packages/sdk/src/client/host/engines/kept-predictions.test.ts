import { type Lookup, type Tensor, tensorKey } from '@homing/protocol'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'

import { denseExpected, denseOnnxRequest, floats } from '../../../../test/tiny-packages.ts'
import { onnxEngine } from '../../../runtime/engines/onnx-engine.ts'
import { lookupTable } from '../../../runtime/recall/lookup-table.ts'
import type { LookupFiles, PredictionMemory } from '../../../runtime/recall/prediction-memory.ts'
import type { LoadRequest, PredictReply, PredictRequest, RuntimeApi } from '../../../runtime/runtime-api.ts'
import { createRuntime } from '../../../runtime/runtime.ts'
import { createMemoryStore } from '../../../store/memory-store.ts'
import { keptPredictions } from './kept-predictions.ts'

const library = onnxEngine({ threads: 1 })

let runtime: RuntimeApi
let memory: PredictionMemory
beforeEach(async () => {
  runtime = createRuntime(library)
  const store = createMemoryStore()
  memory = keptPredictions(() => Promise.resolve(store), false)
  await runtime.remember(memory)
})

const serve = async (request: LoadRequest): Promise<number> => {
  const { instance } = await runtime.load(request)
  await runtime.activate('tiny', instance)
  return instance
}
const x = (seed: number): Tensor => floats([seed, 1, -seed, 2], [1, 4])
const ask = (seed: number, how: Partial<PredictRequest> = { cache: 4 }): Promise<PredictReply> =>
  runtime.predict('tiny', { inputs: { x: x(seed) }, now: 0, ...how })
const valuesOf = ({ outputs }: PredictReply): number[] => [...(outputs['y']!.data as Float32Array)]

describe('the cache', () => {
  it('answers the same inputs from what was computed before, read by the pipeline again', async () => {
    await serve(denseOnnxRequest(['wasm'], { bias: 1 }))
    const first = await ask(1)
    expect(first.recalled).toBeUndefined()
    await expect.poll(async () => (await ask(1)).recalled).toBe('cache')
    const again = await ask(1)
    expect(again).toMatchObject({ version: '1.0.0', backend: 'wasm', timings: { run: 0 } })
    expect(again.outputs).toEqual(first.outputs)
    expect((await ask(2)).recalled).toBeUndefined()
    expect((await ask(1, {})).recalled).toBeUndefined() // this call did not ask for it
    await runtime.close('tiny')
  })

  it('never answers for other parameters, even of the same version', async () => {
    await serve(denseOnnxRequest(['wasm'], { bias: 1 }))
    await ask(1)
    await expect.poll(async () => (await ask(1)).recalled).toBe('cache')
    const other = denseOnnxRequest(['wasm'], { bias: 2 })
    const { parameters } = other.manifest
    const shards = parameters.shards.map((shard) => ({ ...shard, sha256: '1'.repeat(64) }))
    await serve({ ...other, manifest: { ...other.manifest, parameters: { ...parameters, shards } } })
    const reply = await ask(1)
    expect(reply.recalled).toBeUndefined()
    expect(valuesOf(reply)[0]).toBeCloseTo(denseExpected([1, 1, -1, 2], 2)[0]!, 4)
    await runtime.close('tiny')
  })

  it('keeps what was written last, and no more than it may', async () => {
    await serve(denseOnnxRequest(['wasm']))
    for (let seed = 0; seed < 6; seed++) {
      await ask(seed)
      await expect.poll(async () => (await ask(seed)).recalled).toBe('cache')
    }
    const kept: unknown[] = []
    for (const seed of [5, 4, 3, 2, 1, 0]) kept.push((await ask(seed)).recalled)
    expect(kept).toEqual(['cache', 'cache', 'cache', 'cache', undefined, undefined])
    await runtime.close('tiny')
  })

  it('goes on where the memory fails, where inputs are bad, and where many ask at once', async () => {
    await serve(denseOnnxRequest(['wasm']))
    await runtime.remember({
      read: () => Promise.reject(new Error('no disk')),
      write: () => Promise.reject(new Error('no disk')),
    })
    const replies = await Promise.all(Array.from({ length: 9 }, (_, seed) => ask(seed)))
    replies.forEach((reply, seed) =>
      expect(valuesOf(reply)[0]).toBeCloseTo(denseExpected([seed, 1, -seed, 2], 0)[0]!, 4),
    )
    await expect(ask(NaN)).rejects.toMatchObject({ code: 'INPUT_VALUE' })
    await expect(runtime.predict('tiny', { inputs: {}, now: 0, cache: 4 })).rejects.toMatchObject({
      code: 'INPUT_NAME',
    })
    await runtime.close('tiny')
  })

  it('keeps nothing in the open where storage is to be encrypted, and believes nothing that is no tensor', async () => {
    const store = createMemoryStore()
    const closed = keptPredictions(() => Promise.resolve(store), true)
    await closed.write({ model: 'tiny', key: 'k' }, { y: x(1) }, 4)
    const open = keptPredictions(() => Promise.resolve(store), false)
    expect(await open.read({ model: 'tiny', key: 'k' })).toBeUndefined()
    await store.writeFact({ model: 'tiny', kind: 'prediction', key: 'k' }, { y: 7 })
    expect(await open.read({ model: 'tiny', key: 'k' })).toBeUndefined()
  })
})

/** A lookup of the outputs `y` = `[index, index, index]` for each of the inputs. */
async function lookupOf(inputs: readonly Tensor[]): Promise<{ lookup: Lookup; files: LookupFiles }> {
  const entries = await Promise.all(
    inputs.map(async (tensor, index) => ({ key: await tensorKey({ x: tensor }), index })),
  )
  entries.sort((a, b) => (a.key < b.key ? -1 : 1))
  const keys = new Uint8Array(Buffer.from(entries.map(({ key }) => key).join(''), 'hex'))
  const outputs = new Uint8Array(
    Float32Array.from(entries.flatMap(({ index }) => [index, index, index])).buffer,
  )
  const file = ({ byteLength }: Uint8Array) => ({ sha256: '2'.repeat(64), size: byteLength })
  const tensors = [{ name: 'y', dtype: 'float32' as const, shape: [1, 3] }]
  return { lookup: { keys: file(keys), outputs: file(outputs), tensors }, files: { keys, outputs } }
}

describe('the lookup', () => {
  it('finds every key that is there, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 20 }), async (seeds) => {
        const { lookup, files } = await lookupOf(seeds.map(x))
        const find = lookupTable(lookup, files)
        for (const [index, seed] of seeds.entries())
          expect(find(await tensorKey({ x: x(seed) }))?.['y']).toEqual(floats([index, index, index], [1, 3]))
        expect(find(await tensorKey({ x: x(1000) }))).toBeUndefined()
      }),
      { numRuns: 30 },
    )
  })

  it('answers what is in there without a run, and the rest by one', async () => {
    const { lookup, files } = await lookupOf([x(0), x(1), x(2)])
    const request = denseOnnxRequest(['wasm'])
    const instance = await serve({ ...request, manifest: { ...request.manifest, lookup } })
    expect((await ask(1, {})).recalled).toBeUndefined() // its files are still on their way
    await runtime.addLookup(instance, files)
    await runtime.addLookup(99, files)
    const found = await ask(1, {})
    expect([found.recalled, found.timings.run, valuesOf(found)]).toEqual(['lookup', 0, [1, 1, 1]])
    expect((await ask(7, {})).recalled).toBeUndefined()
    await runtime.close('tiny')
  })
})
