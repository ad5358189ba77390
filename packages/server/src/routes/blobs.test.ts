import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { admin, publisher, sha256, startedServer, temporaryFolder } from '../../test/fixture.ts'

describe('uploading a blob', () => {
  test('stores any bytes under their hash, and again', async () => {
    const dataFolder = await temporaryFolder()
    const requests = publisher(await startedServer({ dataFolder }))
    for (const bytes of [Buffer.from('weights'), Buffer.alloc(300_000, 7), Buffer.alloc(0)]) {
      for (const _time of ['first', 'second']) {
        const answer = await requests.putBlob(bytes)
        expect(answer.statusCode).toBe(201)
        expect(answer.json()).toEqual({ sha256: sha256(bytes), size: bytes.byteLength })
      }
      expect((await readFile(join(dataFolder, 'repository/blobs', sha256(bytes)))).equals(bytes)).toBe(true)
    }
    expect(await readdir(join(dataFolder, 'incoming'))).toEqual([])
  })

  test('takes bytes of any content type, and of none', async () => {
    const app = await startedServer()
    const bytes = Buffer.from('{"not": "parsed"')
    for (const type of ['application/json', 'text/plain', 'application/octet-stream', undefined]) {
      const headers = { ...admin, ...(type === undefined ? {} : { 'content-type': type }) }
      const answer = await app.inject({
        method: 'PUT',
        url: `/v1/blobs/${sha256(bytes)}`,
        payload: bytes,
        headers,
      })
      expect(answer.statusCode, type).toBe(201)
    }
  })

  test('uploading again heals a damaged file', async () => {
    const dataFolder = await temporaryFolder()
    const requests = publisher(await startedServer({ dataFolder }))
    const bytes = Buffer.from('weights')
    const file = join(dataFolder, 'repository/blobs', sha256(bytes))
    await requests.putBlob(bytes)
    await writeFile(file, 'rotten!')
    await requests.putBlob(bytes)
    expect(await readFile(file, 'utf8')).toBe('weights')
  })

  test('refuses bytes of another hash and keeps nothing', async () => {
    const dataFolder = await temporaryFolder()
    const answer = await publisher(await startedServer({ dataFolder })).putBlob(
      Buffer.from('altered'),
      sha256('weights'),
    )
    expect(answer.statusCode).toBe(422)
    expect(answer.json().error).toMatchObject({
      code: 'INTEGRITY_FAILED',
      details: { expected: sha256('weights'), actual: sha256('altered'), size: 7 },
    })
    expect(await readdir(join(dataFolder, 'repository'))).toEqual([])
    expect(await readdir(join(dataFolder, 'incoming'))).toEqual([])
  })

  test('refuses bytes over the limit, up to which it takes them', async () => {
    const dataFolder = await temporaryFolder()
    const requests = publisher(await startedServer({ dataFolder, limits: { blobBytes: 1000 } }))
    expect((await requests.putBlob(Buffer.alloc(1000))).statusCode).toBe(201)
    const answer = await requests.putBlob(Buffer.alloc(1001))
    expect(answer.statusCode).toBe(413)
    expect(answer.json().error).toMatchObject({ code: 'BODY_TOO_LARGE', details: { maxBytes: 1000 } })
    expect(await readdir(join(dataFolder, 'incoming'))).toEqual([])
  })

  test.each([
    '..%2f..%2fhoming.sqlite',
    `${'a'.repeat(63)}%2f`,
    'A'.repeat(64),
    'a'.repeat(63),
    `${'a'.repeat(63)}ａ`,
    '%00',
  ])('refuses the name %s', async (name) => {
    const answer = await publisher(await startedServer()).putBlob(
      Buffer.from('x'),
      encodeURI(name).replaceAll('%25', '%'),
    )
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error.code).toBe('REQUEST_INVALID')
  })
})

describe('asking for missing blobs', () => {
  test('names each that is not there once', async () => {
    const requests = publisher(await startedServer())
    await requests.putBlob(Buffer.from('here'))
    const [here, gone] = [sha256('here'), sha256('gone')]
    expect((await requests.missing([gone, here, gone])).json()).toEqual({ missing: [gone] })
    expect((await requests.missing([])).json()).toEqual({ missing: [] })
  })

  test('takes as many hashes as the protocol allows and no more', async () => {
    const requests = publisher(await startedServer())
    const hashes = Array.from({ length: 100_001 }, (_, i) => i.toString(16).padStart(64, '0'))
    expect((await requests.missing(hashes.slice(1))).json().missing).toHaveLength(100_000)
    expect((await requests.missing(hashes)).statusCode).toBe(400)
  })

  test.each([[['zz']], ['a'], [undefined], [[1]], [null]])('refuses %j', async (hashes) => {
    const answer = await publisher(await startedServer()).missing(hashes)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error.code).toBe('REQUEST_INVALID')
    expect(answer.json().error.details.issues).not.toHaveLength(0)
  })
})
