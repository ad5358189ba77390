import { canonicalBytes, parseManifest, parseRollout, paths, sha256Hex } from '@homing/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { type FaultyRepository, publishSamples, sampleVersion, startFaultyRepository } from './index.ts'

describe('faulty repository', () => {
  let repository: FaultyRepository
  beforeEach(async () => {
    repository = await startFaultyRepository()
    repository.files.set(
      'file',
      Uint8Array.from({ length: 100 }, (_, index) => index),
    )
  })
  afterEach(() => repository.close())

  const get = async () => new Uint8Array(await (await fetch(`${repository.url}file`)).arrayBuffer())

  it('does what its README shows', async () => {
    const sample = await sampleVersion({ model: 'digits', version: '1.0.0' })
    publishSamples(repository, [sample])
    repository.fail(paths.blob(sample.manifest.graph.sha256), { kind: 'truncate', after: 10 }, 1)
    const blob = () => fetch(repository.url + paths.blob(sample.manifest.graph.sha256))
    expect((await (await blob()).arrayBuffer()).byteLength).toBe(10)
    expect(await sha256Hex(await (await blob()).arrayBuffer())).toBe(sample.manifest.graph.sha256)
    const answer = await fetch(repository.url + paths.rollout('digits'))
    expect(parseRollout(new Uint8Array(await answer.arrayBuffer()), 'digits').champion).toBe('1.0.0')
    expect(parseManifest(sample.manifestBytes)).toEqual(sample.manifest)
    expect(canonicalBytes(sample.manifest)).toEqual(sample.manifestBytes)
  })

  it('signs what it holds, and faults reach every version of a signed file', async () => {
    const signedAs = async (path: string) => {
      const { signed } = (await (await fetch(repository.url + path)).json()) as {
        signed: { version: number; expires: string; targets: object }
      }
      return signed
    }
    publishSamples(repository, [await sampleVersion({ model: 'digits', version: '1.0.0' })])
    const { version } = repository.tuf.targets.get('rollouts')!
    const { targets } = await signedAs(`metadata/${version}.rollouts.json`)
    expect(targets).toHaveProperty(['rollouts/digits.json', 'hashes', 'sha256'])
    const { sha256 } = repository.tuf.targets.get('rollouts')!.targets['rollouts/digits.json']!.hashes
    const copy = await fetch(`${repository.url}rollouts/${sha256}.digits.json`)
    expect(new Uint8Array(await copy.arrayBuffer())).toEqual(repository.files.get('rollouts/digits.json'))

    repository.sign()
    expect(repository.tuf.targets.get('rollouts')!.version).toBe(version) // nothing of its own has changed
    repository.tuf.timestamp.expires = '2020-01-01T00:00:00Z'
    repository.write()
    expect((await signedAs('metadata/timestamp.json')).expires).toBe('2020-01-01T00:00:00Z')

    repository.fail('metadata/snapshot.json', { kind: 'status', status: 500 })
    for (const version of [1, repository.tuf.snapshot.version])
      expect((await fetch(`${repository.url}metadata/${version}.snapshot.json`)).status).toBe(500)
    expect(repository.requests.at(-1)!.document).toBe('metadata/snapshot.json')
    expect(await signedAs('metadata/1.root.json')).toEqual(
      (JSON.parse(repository.root) as { signed: object }).signed,
    )
  })

  it('serves files, and 404 for what it has not', async () => {
    expect(await get()).toEqual(repository.files.get('file'))
    expect((await fetch(`${repository.url}other`)).status).toBe(404)
    expect(repository.requests.map(({ path }) => path)).toEqual(['file', 'other'])
  })

  it('spoils bodies in ways of its own', async () => {
    repository.fail('file', { kind: 'alter', at: 3 }, 1)
    expect([...(await get())].flatMap((byte, index) => (byte === index ? [] : [index]))).toEqual([3])
    repository.fail('file', { kind: 'grow', by: 5 }, 1)
    expect((await get()).byteLength).toBe(105)
    repository.fail('file', { kind: 'slow', piece: 40, every: 1 }, 1)
    expect(await get()).toEqual(repository.files.get('file'))
    repository.fail('file', { kind: 'html' })
    expect((await fetch(`${repository.url}file`)).headers.get('content-type')).toContain('text/html')
    repository.heal()
    expect(await get()).toEqual(repository.files.get('file'))
  })

  it('breaks connections and goes silent', async () => {
    repository.fail('file', { kind: 'reset' })
    await expect(get()).rejects.toThrow()
    repository.fail('file', { kind: 'reset', after: 10 })
    await expect(get()).rejects.toThrow()
    for (const fault of [{ kind: 'hang' }, { kind: 'hang', after: 10 }] as const) {
      repository.fail('file', fault)
      const answer = fetch(`${repository.url}file`, { signal: AbortSignal.timeout(50) }).then((found) =>
        found.arrayBuffer(),
      )
      await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
    }
  })
})
