import { createHash } from 'node:crypto'

import { applyPatch } from '@homing/deltas'
import { canonicalBytes, type Manifest, parsePatches, paths } from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test, vi } from 'vitest'

import {
  admin,
  publisher,
  type SamplePackage,
  samplePackage,
  startedServer,
  temporaryFolder,
} from '../../test/fixture.ts'

/** A version whose one tensor is `weights`. */
function packageOf(version: string, weights: Float32Array<ArrayBuffer>, parent?: string): SamplePackage {
  const sample = samplePackage(version)
  const shard = Buffer.from(weights.buffer)
  const manifest: Manifest = {
    ...sample.manifest,
    ...(parent === undefined ? {} : { parent }),
    parameters: {
      path: 'parameters.bin',
      size: shard.length,
      shards: [{ sha256: createHash('sha256').update(shard).digest('hex'), size: shard.length }],
      tensors: [{ name: 'w', dtype: 'float32', shape: [weights.length], offset: 0, size: shard.length }],
    },
  }
  const blobs = [sample.graph, shard, sample.document]
  return { ...sample, manifest, bytes: Buffer.from(canonicalBytes(manifest)), shards: [shard], blobs }
}

const first = Float32Array.from({ length: 4_096 }, (_, i) => Math.sin(i * i))
const second = first.map((weight, i) => (i < 64 ? weight + 0.01 : weight))
const third = second.map((weight) => weight * 1.0001)

async function listed(app: FastifyInstance, version: string) {
  const timestamp = (await app.inject('/repository/metadata/timestamp.json')).json()
  const snapshot = timestamp.signed.meta['snapshot.json'].version
  const meta = (await app.inject(`/repository/metadata/${snapshot}.snapshot.json`)).json().signed.meta
  const rollouts = (
    await app.inject(`/repository/metadata/${meta['rollouts.json'].version}.rollouts.json`)
  ).json()
  const path = paths.patches('digits', version)
  const target = rollouts.signed.targets[path]
  if (!target) return undefined
  const answer = await app.inject(`/repository/${paths.target(path, target.hashes.sha256)}`)
  expect(answer.rawPayload.length).toBe(target.length)
  return parsePatches(answer.rawPayload, { model: 'digits', version })
}

async function publishAll(app: FastifyInstance, samples: readonly SamplePackage[]): Promise<void> {
  for (const sample of samples) await publisher(app).publish(sample)
  const champion = samples.at(-1)!.version
  expect((await publisher(app).rollOut('digits', { champion })).statusCode).toBe(200)
}

const three = [
  packageOf('1.0.0', first),
  packageOf('1.1.0', second, '1.0.0'),
  packageOf('1.2.0', third, '1.1.0'),
]

describe('patches after publication', () => {
  test("are signed, served as they are, and make the new shard of the parent's and of an earlier one", async () => {
    const app = await startedServer({ limits: { patchDelayMs: 1 } })
    await publishAll(app, three)
    const patches = await vi.waitUntil(async () => {
      const found = await listed(app, '1.2.0')
      return found?.bases.length === 2 ? found : undefined
    })
    expect(patches.bases).toEqual(['1.1.0', '1.0.0'])
    const [shard] = patches.shards
    expect(shard!.sha256).toBe(three[2]!.manifest.parameters.shards[0]!.sha256)
    expect(shard!.patches.map(({ base }) => base).sort()).toEqual(
      three
        .slice(0, 2)
        .map(({ manifest }) => manifest.parameters.shards[0]!.sha256)
        .sort(),
    )
    for (const { base, sha256, size } of shard!.patches) {
      const headers = { 'accept-encoding': 'gzip, br' }
      const answer = await app.inject({ url: `/repository/${paths.blob(sha256)}`, headers })
      expect(answer.headers['content-encoding']).toBeUndefined()
      expect(answer.rawPayload.length).toBe(size)
      expect(size).toBeLessThan(shard!.size / 2)
      const old = three.find(({ manifest }) => manifest.parameters.shards[0]!.sha256 === base)!.shards[0]!
      const made = await applyPatch({
        patch: [answer.rawPayload],
        base: new Uint8Array(old),
        expected: shard!,
      })
      expect(Buffer.from(made).equals(three[2]!.shards[0]!)).toBe(true)
    }
  })

  test('that a server did not get to are made by the next one, once', async () => {
    const dataFolder = await temporaryFolder()
    const never = await startedServer({ dataFolder, limits: { patchDelayMs: 1e9 } })
    await publishAll(never, three)
    expect(await listed(never, '1.2.0')).toBeUndefined()
    await never.close()

    const [one, other] = [
      await startedServer({ dataFolder, limits: { patchDelayMs: 1 } }),
      await startedServer({ dataFolder, limits: { patchDelayMs: 1 } }),
    ]
    const patches = await vi.waitUntil(async () => {
      const found = await listed(one, '1.2.0')
      return found?.bases.length === 2 ? found : undefined
    })
    expect(patches.bases).toEqual(['1.1.0', '1.0.0'])
    expect(await listed(other, '1.2.0')).toEqual(patches)
    expect(patches.shards[0]!.patches).toHaveLength(2)
  })

  test('of a private model are listed for everyone, as its rollout is, and read with a token alone', async () => {
    const app = await startedServer({ limits: { patchDelayMs: 1 } })
    const payload = { access: 'private' }
    await app.inject({ method: 'PUT', url: '/v1/models/digits/access', payload, headers: admin })
    await publishAll(app, three.slice(0, 2))
    const patches = await vi.waitUntil(() => listed(app, '1.1.0')) // devices show no token for it
    const url = `/repository/${paths.blob(patches.shards[0]!.patches[0]!.sha256)}`
    expect((await app.inject(url)).statusCode).toBe(401)
    expect((await app.inject({ url, headers: admin })).statusCode).toBe(200)
  })

  test('are made for each parameter set, against the same one of the version before', async () => {
    const app = await startedServer({ limits: { patchDelayMs: 1 } })
    const halves = [first, second].map((weights) =>
      Uint16Array.from(weights, (weight) => 15_000 + weight * 900),
    )
    const versions = three.slice(0, 2).map((sample, at) => {
      const half = Buffer.from(halves[at]!.buffer)
      const { parameters, graph } = sample.manifest
      const shard = { sha256: createHash('sha256').update(half).digest('hex'), size: half.length }
      const tensor = { ...parameters.tensors[0]!, dtype: 'float16', size: half.length }
      const variant = { ...parameters, size: half.length, shards: [shard], tensors: [tensor] }
      const manifest: Manifest = {
        ...sample.manifest,
        variants: [{ precision: 'fp16', graph, parameters: variant }],
      }
      const bytes = Buffer.from(canonicalBytes(manifest))
      return { ...sample, manifest, bytes, blobs: [...sample.blobs, half] }
    })
    await publishAll(app, versions)
    const { shards } = await vi.waitUntil(() => listed(app, '1.1.0'))
    const [before, after] = versions.map(
      ({ manifest }) => manifest.variants![0]!.parameters.shards[0]!.sha256,
    )
    const patched = shards.find(({ sha256 }) => sha256 === after)
    expect(patched?.patches.map(({ base }) => base)).toEqual([before])
    expect(shards).toHaveLength(2)
  })

  test('that save nothing are not listed', async () => {
    const app = await startedServer({ limits: { patchDelayMs: 1 } })
    const tiny = [packageOf('1.0.0', first.slice(0, 4)), packageOf('1.1.0', second.slice(0, 4))]
    await publishAll(app, tiny) // a patch of 16 bytes saves nothing
    const patches = await vi.waitUntil(() => listed(app, '1.1.0'))
    expect(patches).toMatchObject({ bases: ['1.0.0'], shards: [] })
  })
})
