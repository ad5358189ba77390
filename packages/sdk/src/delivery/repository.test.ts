import { canonicalBytes, type ErrorCode, HomingError, paths } from '@homing/protocol'
import {
  type Fault,
  type FaultyRepository,
  publishSamples,
  sampleVersion,
  startFaultyRepository,
} from '@homing/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { maxAttempts, responseTimeout, retryDelay, stallTimeout } from './config.ts'
import { hastyPlatform } from './hasty-platform.ts'
import { createRepository, type Repository } from './repository.ts'

describe('repository', async () => {
  const sample = await sampleVersion({ model: 'digits', version: '1.0.0', shards: [100_000] })
  const shard = sample.manifest.parameters.shards[0]!
  let server: FaultyRepository
  let platform: ReturnType<typeof hastyPlatform>
  let repository: Repository

  beforeEach(async () => {
    server = await startFaultyRepository()
    publishSamples(server, [sample], 3)
    platform = hastyPlatform()
    repository = createRepository(server.url, platform)
  })
  afterEach(() => server.close())

  const files = {
    rollout: { path: paths.rollout('digits'), read: () => repository.rollout('digits') },
    manifest: {
      path: paths.manifest('digits', '1.0.0'),
      read: () => repository.manifest('digits', sample.listed),
    },
    blob: { path: paths.blob(shard.sha256), read: () => repository.blob(shard) },
  }
  const kinds = ['rollout', 'manifest', 'blob'] as const
  const requestsOf = (kind: (typeof kinds)[number]) =>
    server.requests.filter(({ path }) => path === files[kind].path).length

  it('gives the rollout, the manifest with its bytes, and blobs', async () => {
    expect(await repository.rollout('digits')).toMatchObject({ champion: '1.0.0', revision: 3 })
    const { bytes, manifest } = await repository.manifest('digits', sample.listed)
    expect(manifest).toEqual(sample.manifest)
    expect(bytes).toEqual(sample.manifestBytes)
    expect(await repository.blob(shard)).toEqual(sample.parameters)
    expect(await repository.blob(sample.manifest.graph)).toEqual(sample.graph)
  })

  it('sends nothing that names the user, and asks caches whether the rollout is still right', async () => {
    await repository.rollout('digits')
    await repository.manifest('digits', sample.listed)
    await repository.blob(shard)
    for (const { headers } of server.requests) {
      expect(headers).not.toHaveProperty('cookie')
      expect(headers).not.toHaveProperty('referer')
    }
    expect(server.requests[0]!.headers['cache-control']).toBe('max-age=0')
    expect(server.requests[1]!.headers['cache-control']).toBeUndefined()
  })

  it('finds the folder with and without a slash at its end, below another folder', async () => {
    for (const [path, bytes] of [...server.files]) server.files.set(`deep/er/${path}`, bytes)
    for (const base of ['deep/er', 'deep/er/']) {
      const nested = createRepository(server.url + base, platform)
      expect((await nested.rollout('digits')).revision).toBe(3)
      expect(server.requests.at(-1)!.path).toBe('deep/er/rollouts/digits.json')
    }
  })

  it('follows a redirect to another origin', async () => {
    const elsewhere = await startFaultyRepository()
    elsewhere.files.set('cdn', sample.parameters)
    server.fail(files.blob.path, { kind: 'redirect', to: `${elsewhere.url}cdn` })
    expect(await repository.blob(shard)).toEqual(sample.parameters)
    await elsewhere.close()
  })

  it('tells of bytes as they arrive, up to all of them', async () => {
    server.fail(files.blob.path, { kind: 'slow', piece: 30_000, every: 5 })
    const told: number[] = []
    await repository.blob(shard, { onBytes: (received) => told.push(received) })
    expect(told.length).toBeGreaterThan(2)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(told.at(-1)).toBe(shard.size)
  })

  const unknown = { rollout: 'MODEL_UNKNOWN', manifest: 'VERSION_UNKNOWN', blob: 'BLOB_UNKNOWN' } as const
  it.each(kinds)('says at once that there is no such %s', async (kind) => {
    server.files.delete(files[kind].path)
    await expect(files[kind].read()).rejects.toMatchObject({ code: unknown[kind] })
    expect(requestsOf(kind)).toBe(1)
  })

  it.each(kinds)('names a web page in the place of the %s', async (kind) => {
    server.fail(files[kind].path, { kind: 'html' })
    await expect(files[kind].read()).rejects.toMatchObject({ code: 'RESPONSE_UNEXPECTED' })
    expect(requestsOf(kind)).toBe(1)
  })

  it.each(kinds)('gets the %s when it comes at the last attempt', async (kind) => {
    server.fail(files[kind].path, { kind: 'status', status: 503 }, maxAttempts - 1)
    await files[kind].read()
    expect(requestsOf(kind)).toBe(maxAttempts)
  })

  const passing: [Fault, ErrorCode][] = [
    [{ kind: 'status', status: 500 }, 'HTTP_STATUS'],
    [{ kind: 'status', status: 408 }, 'HTTP_STATUS'],
    [{ kind: 'status', status: 429 }, 'RATE_LIMITED'],
    [{ kind: 'reset' }, 'NETWORK_FAILED'],
    [{ kind: 'reset', after: 10 }, 'NETWORK_FAILED'],
    [{ kind: 'hang' }, 'TIMEOUT'],
    [{ kind: 'hang', after: 10 }, 'TIMEOUT'],
  ]
  describe.each(passing)('%o', (fault, code) => {
    it.each(kinds)(`ends the %s as ${code} after a bounded number of attempts`, async (kind) => {
      server.fail(files[kind].path, fault)
      await expect(files[kind].read()).rejects.toMatchObject({ name: 'HomingError', code })
      expect(requestsOf(kind)).toBe(maxAttempts)
    })
  })

  const spoiling: Fault[] = [
    { kind: 'truncate', after: 0 },
    { kind: 'truncate', after: 60 },
    { kind: 'alter', at: 17 },
    { kind: 'grow', by: 1 },
    { kind: 'grow', by: 1_000_000 },
  ]
  describe.each(spoiling)('%o', (fault) => {
    it.each(['manifest', 'blob'] as const)(
      'refuses the %s, and gets it where only one copy is bad',
      async (kind) => {
        server.fail(files[kind].path, fault)
        await expect(files[kind].read()).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
        server.fail(files[kind].path, fault, 1)
        await files[kind].read()
        expect(server.requests.at(-1)!.headers['cache-control']).toBe('no-cache')
      },
    )
  })

  it.each([
    ['cut', sample.manifestBytes.subarray(0, 20)],
    ['not JSON', new TextEncoder().encode('rollout')],
    ['empty', new Uint8Array()],
    ['of another model', canonicalBytes({ ...publishRollout(), model: 'wine' })],
    ['without its champion', canonicalBytes({ ...publishRollout(), champion: '9.9.9' })],
    ['of another format', canonicalBytes({ ...publishRollout(), format: 2 })],
  ])('refuses a rollout that is %s', async (_what, bytes) => {
    server.files.set(files.rollout.path, bytes)
    await expect(files.rollout.read()).rejects.toMatchObject({ code: 'ROLLOUT_INVALID' })
  })

  function publishRollout() {
    return { format: 1, model: 'digits', revision: 1, champion: '1.0.0', versions: [sample.listed] }
  }

  it('reads no more of a file than it is to have', async () => {
    server.fail(files.blob.path, { kind: 'grow', by: 1_000_000 })
    const error = await repository.blob(shard).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(HomingError)
    expect((error as HomingError).details.received).toBeLessThanOrEqual(shard.size)
  })

  it('reads no more of a rollout than a document may have', async () => {
    server.files.set(files.rollout.path, new Uint8Array(17 * 1024 * 1024))
    await expect(files.rollout.read()).rejects.toMatchObject({ code: 'ROLLOUT_INVALID' })
  })

  it('refuses a manifest of another version behind a hash that fits', async () => {
    const listed = { ...sample.listed, version: '2.0.0' }
    server.files.set(paths.manifest('digits', '2.0.0'), sample.manifestBytes)
    await expect(repository.manifest('digits', listed)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' })
  })

  it('asks for no file that is larger than any may be', async () => {
    const huge = { sha256: shard.sha256, size: Number.MAX_SAFE_INTEGER }
    await expect(repository.blob(huge)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' })
    expect(server.requests).toEqual([])
  })

  it('does not repeat what a client did wrong', async () => {
    server.fail(files.blob.path, { kind: 'status', status: 403 })
    await expect(files.blob.read()).rejects.toMatchObject({ code: 'HTTP_STATUS', details: { status: 403 } })
    expect(requestsOf('blob')).toBe(1)
  })

  it('waits longer each time, and as long as the server asks', async () => {
    server.fail(files.blob.path, { kind: 'status', status: 502 })
    await files.blob.read().catch(() => undefined)
    const pauses = () => platform.waits.filter((ms) => ms !== responseTimeout && ms !== stallTimeout)
    expect(pauses()).toEqual([retryDelay, 2 * retryDelay])

    platform.waits.length = 0
    server.fail(files.blob.path, { kind: 'status', status: 503, headers: { 'retry-after': '7' } }, 1)
    await files.blob.read()
    expect(pauses()).toEqual([7000])

    platform.waits.length = 0
    const later = new Date(Date.now() + 20_000).toUTCString()
    server.fail(files.blob.path, { kind: 'status', status: 503, headers: { 'retry-after': later } }, 1)
    await files.blob.read()
    expect(pauses()[0]).toBeGreaterThan(17_000)
    expect(pauses()[0]).toBeLessThanOrEqual(20_000)
  })

  it('gives up at once when the server asks for a long wait', async () => {
    server.fail(files.rollout.path, { kind: 'status', status: 429, headers: { 'retry-after': '3600' } })
    await expect(files.rollout.read()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfter: 3600 },
    })
    expect(requestsOf('rollout')).toBe(1)
  })

  it('says NETWORK_FAILED where nobody listens', async () => {
    await server.close()
    await expect(files.rollout.read()).rejects.toMatchObject({ code: 'NETWORK_FAILED' })
  })

  describe.each(kinds)('abort of a %s', (kind) => {
    const read = (signal: AbortSignal): Promise<unknown> =>
      kind === 'rollout'
        ? repository.rollout('digits', signal)
        : kind === 'manifest'
          ? repository.manifest('digits', sample.listed, signal)
          : repository.blob(shard, { signal })

    it('before it starts makes no request', async () => {
      await expect(read(AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
      expect(server.requests).toEqual([])
    })

    it.each<Fault>([
      { kind: 'hang' },
      { kind: 'hang', after: 10 },
      { kind: 'status', status: 503, headers: { 'retry-after': '25' } },
    ])('during %o ends it at once', async (fault) => {
      server.fail(files[kind].path, fault)
      const controller = new AbortController()
      const reading = read(controller.signal)
      setTimeout(() => controller.abort(), 40)
      await expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
      expect(requestsOf(kind)).toBe(1)
    })
  })
})
