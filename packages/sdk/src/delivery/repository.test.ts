import { type ErrorCode, HomingError, paths } from '@homing/protocol'
import {
  type Fault,
  type FaultyRepository,
  publishSamples,
  sampleVersion,
  startFaultyRepository,
} from '@homing/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { maxBlobAttempts, responseTimeout, retryDelay, stallTimeout } from './config.ts'
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
    publishSamples(server, [sample])
    platform = hastyPlatform()
    repository = createRepository(server.url, platform)
  })
  afterEach(() => server.close())

  const path = paths.blob(shard.sha256)
  const read = (signal?: AbortSignal) => repository.blob(shard, { signal })
  const requests = () => server.requests.filter((request) => request.path === path).length

  it('gives blobs, and sends nothing that names the user', async () => {
    expect(await read()).toEqual(sample.parameters)
    expect(await repository.blob(sample.manifest.graph)).toEqual(sample.graph)
    for (const { headers } of server.requests) {
      expect(headers).not.toHaveProperty('cookie')
      expect(headers).not.toHaveProperty('referer')
    }
  })

  it('finds the folder with and without a slash at its end, below another folder', async () => {
    server.files.set(`deep/er/${path}`, sample.parameters)
    for (const base of ['deep/er', 'deep/er/']) {
      expect(await createRepository(server.url + base, platform).blob(shard)).toEqual(sample.parameters)
      expect(server.requests.at(-1)!.path).toBe(`deep/er/${path}`)
    }
  })

  it('follows a redirect to another origin', async () => {
    const elsewhere = await startFaultyRepository()
    elsewhere.files.set('cdn', sample.parameters)
    server.fail(path, { kind: 'redirect', to: `${elsewhere.url}cdn` })
    expect(await repository.blob(shard)).toEqual(sample.parameters)
    await elsewhere.close()
  })

  it('tells of bytes as they arrive, up to all of them', async () => {
    server.fail(path, { kind: 'slow', piece: 30_000, every: 5 })
    const told: number[] = []
    await repository.blob(shard, { onBytes: (received) => told.push(received) })
    expect(told.length).toBeGreaterThan(2)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(told.at(-1)).toBe(shard.size)
  })

  it('says at once that there is no such blob', async () => {
    server.files.delete(path)
    await expect(read()).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' })
    expect(requests()).toBe(1)
  })

  it('names a web page in its place', async () => {
    server.fail(path, { kind: 'html' })
    await expect(read()).rejects.toMatchObject({ code: 'RESPONSE_UNEXPECTED' })
    expect(requests()).toBe(1)
  })

  it('gets what comes at the last attempt', async () => {
    server.fail(path, { kind: 'status', status: 503 }, maxBlobAttempts - 1)
    await read()
    expect(requests()).toBe(maxBlobAttempts)
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
  it.each(passing)('%o ends as %s after a bounded number of attempts', async (fault, code) => {
    server.fail(path, fault)
    await expect(read()).rejects.toMatchObject({ name: 'HomingError', code })
    expect(requests()).toBe(maxBlobAttempts)
  })

  const spoiling: Fault[] = [
    { kind: 'truncate', after: 0 },
    { kind: 'truncate', after: 60 },
    { kind: 'alter', at: 17 },
    { kind: 'grow', by: 1 },
    { kind: 'grow', by: 1_000_000 },
  ]
  it.each(spoiling)('%o is refused, and made good where only one copy is bad', async (fault) => {
    server.fail(path, fault)
    await expect(read()).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
    server.fail(path, fault, 1)
    await read()
    expect(server.requests.at(-1)!.headers['cache-control']).toBe('no-cache')
  })

  it('reads no more of a file than it is to have', async () => {
    server.fail(path, { kind: 'grow', by: 1_000_000 })
    const error = await repository.blob(shard).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(HomingError)
    expect((error as HomingError).details.received).toBeLessThanOrEqual(shard.size)
  })

  it('asks for no file that is larger than any may be', async () => {
    const huge = { sha256: shard.sha256, size: Number.MAX_SAFE_INTEGER }
    await expect(repository.blob(huge)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' })
    expect(server.requests).toEqual([])
  })

  it('does not repeat what a client did wrong', async () => {
    server.fail(path, { kind: 'status', status: 403 })
    await expect(read()).rejects.toMatchObject({ code: 'HTTP_STATUS', details: { status: 403 } })
    expect(requests()).toBe(1)
  })

  it('waits longer each time, and as long as the server asks', async () => {
    server.fail(path, { kind: 'status', status: 502 })
    await read().catch(() => undefined)
    const pauses = () => platform.waits.filter((ms) => ms !== responseTimeout && ms !== stallTimeout)
    expect(pauses()).toEqual([1, 2, 4, 8].map((times) => times * retryDelay))

    platform.waits.length = 0
    server.fail(path, { kind: 'status', status: 503, headers: { 'retry-after': '7' } }, 1)
    await read()
    expect(pauses()).toEqual([7000])

    platform.waits.length = 0
    const later = new Date(Date.now() + 20_000).toUTCString()
    server.fail(path, { kind: 'status', status: 503, headers: { 'retry-after': later } }, 1)
    await read()
    expect(pauses()[0]).toBeGreaterThan(17_000)
    expect(pauses()[0]).toBeLessThanOrEqual(20_000)
  })

  it('gives up at once when the server asks for a long wait', async () => {
    server.fail(path, { kind: 'status', status: 429, headers: { 'retry-after': '3600' } })
    await expect(read()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfter: 3600 },
    })
    expect(requests()).toBe(1)
  })

  it('says NETWORK_FAILED where nobody listens', async () => {
    await server.close()
    await expect(read()).rejects.toMatchObject({ code: 'NETWORK_FAILED' })
  })

  it('makes no request when it is aborted before', async () => {
    await expect(read(AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
    expect(server.requests).toEqual([])
  })

  it.each<Fault>([
    { kind: 'hang' },
    { kind: 'hang', after: 10 },
    { kind: 'status', status: 503, headers: { 'retry-after': '25' } },
  ])('ends at once when it is aborted during %o', async (fault) => {
    server.fail(path, fault)
    const controller = new AbortController()
    const reading = read(controller.signal)
    setTimeout(() => controller.abort(), 40)
    await expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
    expect(requests()).toBe(1)
  })
})
