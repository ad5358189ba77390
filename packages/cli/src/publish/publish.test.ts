import { copyFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { parseRollout, paths } from '@homing/protocol'
import { describe, expect, test } from 'vitest'

import { code, packedFixture, sha256, temporaryFolder } from '../../test/fixture.ts'
import { device } from '../../test/device.ts'
import { signedServer, token } from '../../test/server-process.ts'
import { publish } from './publish.ts'
import { rollBack, rollOut, status } from './rollouts.ts'
import type { UploadProgress } from './upload-blobs.ts'
import { withdraw } from './withdraw.ts'

describe('against the real server', () => {
  test('publishes, rolls out, resumes, rolls back', async () => {
    const machine = await signedServer()
    const { server } = machine
    const folder = await temporaryFolder()
    await packedFixture(folder, { version: '1.0.0', shards: ['one', 'two'] })
    await packedFixture(folder, { version: '1.10.0', shards: ['one', 'three'] })
    await packedFixture(folder, { version: '1.9.0', shards: ['one', 'four'] })

    const seen: [string, UploadProgress][] = []
    const published = await publish(folder, {
      ...machine,
      onProgress: ({ version }, progress) => seen.push([version, progress]),
    })
    expect(published).toMatchObject([
      { model: 'words', version: '1.0.0', champion: '1.0.0', uploadedBlobs: 3 },
      { model: 'words', version: '1.9.0', champion: '1.9.0', uploadedBlobs: 1 },
      { model: 'words', version: '1.10.0', champion: '1.10.0', uploadedBlobs: 1 },
    ])
    expect(seen[0]).toEqual(['1.0.0', { uploadedBytes: 0, totalBytes: 20, uploadedBlobs: 0, totalBlobs: 3 }])
    expect(seen.at(-1)).toEqual([
      '1.10.0',
      { uploadedBytes: 5, totalBytes: 5, uploadedBlobs: 1, totalBlobs: 1 },
    ])
    const shard = await fetch(`${server}/repository/${paths.blob(sha256('three'))}`)
    expect(await shard.text()).toBe('three')

    // Again: nothing is sent, nothing changes.
    const again = await publish(folder, machine)
    expect(again.map(({ uploadedBlobs, champion }) => [uploadedBlobs, champion])).toEqual([
      [0, '1.10.0'],
      [0, '1.10.0'],
      [0, '1.10.0'],
    ])

    expect(await rollBack('words', { server, token })).toMatchObject({ champion: '1.9.0', model: 'words' })
    expect(await rollOut('words', '1.0.0', { server, token, challenger: '1.10.0' })).toMatchObject({
      champion: '1.0.0',
      challenger: '1.10.0',
    })
    await expect(rollBack('words', { server, token })).rejects.toThrow(code('VERSION_UNKNOWN'))
    const [words] = await status({ server, model: 'words' })
    expect(words).toMatchObject({ champion: '1.0.0', challenger: '1.10.0' })
    expect(words!.versions.map(({ version }) => version)).toEqual(['1.10.0', '1.9.0', '1.0.0'])

    // A challenger that becomes the champion is no challenger any more.
    await publish(folder, { ...machine, version: '1.10.0' })
    expect((await status({ server }))[0]).not.toHaveProperty('challenger')
  })

  test('a version that names a model which the repository does not have is refused before anything is sent', async () => {
    const machine = await signedServer()
    const folder = await temporaryFolder()
    const next = { kind: 'chain', model: 'tail', inputs: { x: 'y' } } as const
    await packedFixture(folder, { version: '1.0.0', shards: ['one'], next })
    await expect(publish(folder, machine)).rejects.toMatchObject({
      code: 'NEXT_INVALID',
      details: { path: ['words', 'tail'] },
    })
    expect(await status({ server: machine.server })).toEqual([])
    await packedFixture(folder, { model: 'tail', version: '1.0.0', shards: ['tail'] })
    await expect(publish(folder, { ...machine, model: 'words' })).rejects.toThrow(code('NEXT_INVALID'))
    expect(await publish(folder, machine)).toHaveLength(2)
    await packedFixture(folder, { version: '1.1.0', shards: ['two'], next })
    expect(await publish(folder, { ...machine, version: '1.1.0' })).toMatchObject([{ champion: '1.1.0' }])
  })

  test('a withdrawn version is listed no more and cannot be rolled out; one that devices get stays', async () => {
    const machine = await signedServer()
    const { server } = machine
    const folder = await temporaryFolder()
    await packedFixture(folder, { version: '1.0.0', shards: ['one'] })
    await packedFixture(folder, { version: '1.1.0', shards: ['two'] })
    await publish(folder, machine)

    await expect(withdraw('words', '1.1.0', machine)).rejects.toThrow('Devices are given words 1.1.0')
    await withdraw('words', '1.0.0', machine)
    const rollout = await rollOut('words', '1.1.0', { server, token })
    expect(rollout.versions.map(({ version }) => version)).toEqual(['1.1.0'])
    await expect(rollOut('words', '1.0.0', { server, token })).rejects.toThrow(code('METADATA_MISSING'))
    await expect(withdraw('words', '1.0.0', machine)).rejects.toThrow(code('VERSION_UNKNOWN'))
    await expect(rollBack('words', { server, token })).rejects.toThrow(code('VERSION_UNKNOWN'))
  })

  test('--no-rollout leaves what devices get; an older version is listed beside the champion', async () => {
    const machine = await signedServer()
    const { server } = machine
    const folder = await temporaryFolder()
    await packedFixture(folder, { version: '2.0.0', shards: ['two'] })
    const [quiet] = await publish(folder, { ...machine, rollout: false })
    expect(quiet).not.toHaveProperty('champion')
    expect((await status({ server }))[0]).not.toHaveProperty('champion')
    await expect(rollBack('words', { server, token })).rejects.toThrow(code('VERSION_UNKNOWN'))

    await publish(folder, machine)
    await packedFixture(folder, { version: '1.5.0', shards: ['older'] })
    expect(await publish(folder, { ...machine, version: '1.5.0' })).toMatchObject([{ champion: '2.0.0' }])
    const client = await device(machine)()
    const path = paths.rollout('words')
    const bytes = await client.download(path, await client.target(path), `${server}/repository`)
    const rollout = parseRollout(bytes, 'words')
    expect(rollout.versions.map(({ version }) => version)).toEqual(['2.0.0', '1.5.0'])
  })

  test('a broken upload is resumed, a few files at a time', async () => {
    const machine = await signedServer()
    const { server } = machine
    const folder = await temporaryFolder()
    await packedFixture(folder, {
      version: '1.0.0',
      shards: Array.from({ length: 20 }, (_, i) => `shard ${i}`),
    })
    let [inFlight, most, uploads] = [0, 0, 0]
    let allowed = 7
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (init?.method !== 'PUT' || !(url as string).includes('/v1/blobs/'))
        return globalThis.fetch(url, init)
      if (uploads >= allowed) throw new TypeError('fetch failed')
      uploads += 1
      most = Math.max(most, ++inFlight)
      try {
        return await globalThis.fetch(url, init)
      } finally {
        inFlight -= 1
      }
    }
    const options = { ...machine, fetch, wait: () => Promise.resolve() }
    await expect(publish(folder, options)).rejects.toThrow(code('NETWORK_FAILED'))
    expect(uploads).toBe(7)
    expect(await status({ server })).toEqual([])
    allowed = Infinity
    expect(await publish(folder, options)).toMatchObject([{ uploadedBlobs: 21 - 7, champion: '1.0.0' }])
    expect(uploads).toBe(21)
    expect(most).toBe(4)
  })

  test.each([
    ['with keys of their own', false],
    ['with one folder of keys', true],
  ])('of several publishers at once, %s, each signs on top of the others', async (_, oneFolder) => {
    const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0']
    const machine = await signedServer({ counts: { publisher: versions.length } })
    const publisherKeys = (await readdir(machine.keys)).filter((name) => name.startsWith('publisher-'))
    const folders = await Promise.all(
      versions.map(async (version, at) => {
        const [folder, keys] = [await temporaryFolder(), await temporaryFolder()]
        await packedFixture(folder, { version, shards: [version] })
        for (const name of ['root.json', publisherKeys[at]!])
          await copyFile(join(machine.keys, name), join(keys, name))
        return { folder, keys: oneFolder ? machine.keys : keys }
      }),
    )
    // All have read the same metadata before the first of them sends theirs.
    let [sent, conflicts] = [0, 0]
    let open = (): void => undefined
    const met = new Promise<void>((resolve) => (open = resolve))
    const meeting: typeof fetch = async (url, init) => {
      if (init?.method !== 'PUT' || !(url as string).endsWith('/metadata/publisher')) return fetch(url, init)
      if (++sent === versions.length) open()
      await met
      const answer = await fetch(url, init)
      if (answer.status === 409) conflicts++
      return answer
    }
    const options = { ...machine, fetch: meeting, rollout: false }
    await Promise.all(folders.map(({ folder, keys }) => publish(folder, { ...options, keys })))
    expect(conflicts).toBeGreaterThanOrEqual(versions.length - 1)
    const client = await device(machine)()
    for (const version of versions) await client.target(paths.manifest('words', version))
  })

  test('what the server refuses', async () => {
    const machine = await signedServer()
    const { server } = machine
    const folder = await temporaryFolder()
    await packedFixture(folder, { version: '1.0.0', shards: ['one'] })
    await expect(publish(folder, { ...machine, token: undefined })).rejects.toThrow(code('UNAUTHORIZED'))
    await expect(publish(folder, { ...machine, token: 'another' })).rejects.toThrow(code('UNAUTHORIZED'))
    await publish(folder, machine)
    await packedFixture(folder, { version: '1.0.0', shards: ['other'] })
    await expect(publish(folder, machine)).rejects.toThrow(code('VERSION_EXISTS'))
    await expect(rollOut('words', '9.9.9', { server, token })).rejects.toThrow(code('VERSION_UNKNOWN'))
    await expect(rollBack('unheard-of', { server, token })).rejects.toThrow(code('MODEL_UNKNOWN'))
    await expect(status({ server, model: 'unheard-of' })).rejects.toThrow(code('MODEL_UNKNOWN'))
    await expect(status({ server, model: 'Not A Name' })).rejects.toThrow(code('REQUEST_INVALID'))
  })
})

describe('a packed folder that is not right', () => {
  const server = 'http://127.0.0.1:9' // discard: nothing answers

  test('has no version, or not the one asked for', async () => {
    const folder = await temporaryFolder()
    await expect(publish(folder, { server })).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(publish(join(folder, 'none'), { server })).rejects.toThrow(code('CONFIG_INVALID'))
    await packedFixture(folder, { version: '1.0.0', shards: ['one'] })
    await expect(publish(folder, { server, model: 'digits' })).rejects.toThrow(code('VERSION_UNKNOWN'))
    await expect(publish(folder, { server, version: '2.0.0' })).rejects.toThrow(code('VERSION_UNKNOWN'))
  })

  test('has a malformed manifest', async () => {
    const folder = await temporaryFolder()
    await packedFixture(folder, { version: '1.0.0', shards: ['one'] })
    await writeFile(join(folder, paths.manifest('words', '1.0.0')), '{')
    await expect(publish(folder, { server })).rejects.toThrow(code('MANIFEST_INVALID'))
  })

  test('has a shard that is missing, altered or of another size: nothing bad is uploaded', async () => {
    const machine = await signedServer()
    const folder = await temporaryFolder()
    await packedFixture(folder, { version: '1.0.0', shards: ['one'] })
    const shard = join(folder, paths.blob(sha256('one')))
    for (const [content, expected] of [
      ['eno', 'INTEGRITY_FAILED'],
      ['ones', 'INTEGRITY_FAILED'],
      [undefined, 'BLOB_MISSING'],
    ] as const) {
      if (content === undefined) await rm(shard)
      else await writeFile(shard, content)
      await expect(publish(folder, machine)).rejects.toThrow(code(expected))
    }
    expect(await status(machine)).toEqual([])
    await writeFile(shard, 'one')
    expect(await publish(folder, machine)).toMatchObject([{ version: '1.0.0' }])
  })
})
