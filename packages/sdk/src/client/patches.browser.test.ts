import { makePatch } from '@homing/deltas'
import { canonicalBytes, type Manifest, paths, type PatchedShard, sha256Hex } from '@homing/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import { spoil } from '../../test/spoil.ts'
import { denseExpected, denseOnnxRequest, denseParameters, floats } from '../../test/tiny-packages.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'

const x = [1, 2, 3, 4]
const input = { x: floats(x, [1, 4]) }

/** Parameters of a shard with room for a patch: those of the layer, and 16 KiB that no tensor reads. */
function parametersOf(bias: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16_384)
  new Float32Array(bytes.buffer).forEach((_, i, all) => (all[i] = Math.sin(i * i)))
  bytes.set(denseParameters(bias))
  return bytes
}

function release(version: string, bias: number) {
  const request = denseOnnxRequest([], { version, bias })
  const parameters = parametersOf(bias)
  const manifest = {
    ...request.manifest,
    parameters: { ...request.manifest.parameters, size: parameters.length },
  }
  return { request: { ...request, manifest, parameters } }
}

let repository: BrowserRepository
let clients: Homing[] = []
const opened = async (): Promise<{ homing: Homing; model: Model }> => {
  const { url, root } = repository
  const homing = createClient({ repository: url, root, app: 'test', pollInterval: 0 })
  clients.push(homing)
  return { homing, model: await homing.model('tiny', { backends: ['wasm'] }) }
}

beforeEach(async () => {
  repository = await startBrowserRepository()
})
afterEach(async () => {
  await Promise.all(clients.map((made) => made.close()))
  clients = []
  await repository.stop()
})

/** Publishes 1.1.0 beside 1.0.0, with a patch from one to the other; gives where the patch and the whole shard lie. */
async function publishUpdate(
  before: Manifest,
  change: (listed: PatchedShard['patches'][number]) => object = (listed) => listed,
  spoil: (patch: Uint8Array<ArrayBuffer>) => Uint8Array = (patch) => patch,
): Promise<{ patch: string; whole: string }> {
  const next = release('1.1.0', 2)
  const [old, target] = [parametersOf(1), parametersOf(2)]
  const patch = (await makePatch({
    base: old,
    target,
    segments: [{ type: 'float32', length: target.length, from: 0 }],
  }))!
  const bytes = spoil(patch.bytes)
  const sha256 = await sha256Hex(new Uint8Array(bytes))
  const shard = { sha256: await sha256Hex(target), size: target.length }
  const base = before.parameters.shards[0]!.sha256
  const { method, codec } = patch
  const listed = change({ base, sha256, size: bytes.length, method, codec })
  const list = {
    format: 1,
    model: 'tiny',
    version: '1.1.0',
    bases: ['1.0.0'],
    shards: [{ ...shard, patches: [listed] }],
  }
  await repository.put({
    [paths.patches('tiny', '1.1.0')]: canonicalBytes(list),
    [paths.blob(sha256)]: bytes,
  })
  await repository.publish([next])
  return { patch: paths.blob(sha256), whole: paths.blob(shard.sha256) }
}

async function expectServing(model: Model, bias: number): Promise<void> {
  const { outputs } = await model.predict(input)
  expect(outputs['y']).toEqual(floats(denseExpected(x, bias), [1, 3]))
}

describe('an update by patch', () => {
  test('fetches the patch and not the shard, and serves what the shard would', async () => {
    const [before] = await repository.publish([release('1.0.0', 1)])
    const { homing, model } = await opened()
    await expectServing(model, 1)
    expect((await repository.requests()).filter((path) => path.includes('patches/'))).toEqual([])

    const at = await publishUpdate(before!)
    await homing.check()
    await expectServing(model, 2)
    const requests = await repository.requests()
    expect(requests).toContain(at.patch)
    expect(requests).not.toContain(at.whole)
    expect(model.status.version).toBe('1.1.0')
    expect(model.status.update.patches).toMatchObject({ applied: 1, failed: 0 })
    expect(model.status.update.patches!.saved).toBeGreaterThan(16_000)
  })

  test.each<
    [what: string, ...change: [Parameters<typeof publishUpdate>[1], Parameters<typeof publishUpdate>[2]?]]
  >([
    ['another hash than its list says', (listed) => ({ ...listed, sha256: 'a'.repeat(64) })],
    ['another size', (listed) => ({ ...listed, size: listed.size - 1 })],
    [
      'a spoiled body',
      undefined,
      (patch) => patch.map((byte, i) => (i === patch.length - 1 ? byte ^ 1 : byte)),
    ],
    ['a cut body', undefined, (patch) => patch.subarray(0, patch.length - 1)],
    ['a spoiled header', undefined, (patch) => patch.map((byte, i) => (i === 9 ? byte ^ 1 : byte))],
    ['more behind its end', undefined, (patch) => Uint8Array.from([...patch, 0])],
    ['no patch in it', undefined, () => new TextEncoder().encode('<!doctype html>')],
    [
      'a codec that the file does not have',
      (listed) => ({ ...listed, codec: 'zstd' }),
      (patch) => patch.fill(2, 6, 7),
    ],
  ])('whose patch has %s falls back to the whole shard, and counts it', async (_what, change, spoil) => {
    const [before] = await repository.publish([release('1.0.0', 1)])
    const { homing, model } = await opened()
    const at = await publishUpdate(before!, change, spoil)
    await homing.check()
    await expectServing(model, 2)
    expect(await repository.requests()).toContain(at.whole)
    expect(model.status.update.patches).toEqual({ applied: 0, failed: 1, saved: 0 })
  })

  test.each<[what: string, change: Parameters<typeof publishUpdate>[1]]>([
    ['a codec of a later version', (listed) => ({ ...listed, codec: 'brotli' })],
    ['a method of a later version', (listed) => ({ ...listed, method: 'rotation' })],
    ['a base that the device does not have', (listed) => ({ ...listed, base: 'b'.repeat(64) })],
    ['as many bytes as the shard', (listed) => ({ ...listed, size: 16_384 })],
  ])('passes over a patch of %s without asking for it', async (_what, change) => {
    const [before] = await repository.publish([release('1.0.0', 1)])
    const { homing, model } = await opened()
    const at = await publishUpdate(before!, change)
    await homing.check()
    await expectServing(model, 2)
    const requests = await repository.requests()
    expect(requests).toContain(at.whole)
    expect(requests).not.toContain(at.patch)
    expect(model.status.update.patches).toEqual({ applied: 0, failed: 0, saved: 0 })
  })

  test('whose base is spoiled on the device fetches the shard', async () => {
    const [before] = await repository.publish([release('1.0.0', 1)])
    const { homing, model } = await opened()
    const at = await publishUpdate(before!)
    await spoil(before!.parameters.shards[0]!.sha256)
    await homing.check()
    await expectServing(model, 2)
    expect(await repository.requests()).toContain(at.whole)
    expect(model.status.update.patches).toEqual({ applied: 0, failed: 1, saved: 0 })
  })

  test('whose list is malformed fetches the shard', async () => {
    const [before] = await repository.publish([release('1.0.0', 1)])
    const { homing, model } = await opened()
    const at = await publishUpdate(before!)
    await repository.put({ [paths.patches('tiny', '1.1.0')]: canonicalBytes({ format: 1, model: 'wine' }) })
    await homing.check()
    await expectServing(model, 2)
    expect(await repository.requests()).toContain(at.whole)
    expect(model.status.update.patches).toEqual({ applied: 0, failed: 1, saved: 0 })
  })
})
