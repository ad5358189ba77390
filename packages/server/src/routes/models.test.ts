import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { canonicalBytes, ModelListSchema, ModelSummarySchema, parseRollout } from '@homing/protocol'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'

import {
  publisher,
  samplePackage,
  sha256,
  signer,
  startedServer,
  temporaryFolder,
} from '../../test/fixture.ts'

describe('publishing a version', () => {
  test('stores the manifest byte for byte, in the folder too, and the same bytes again are 200', async () => {
    const dataFolder = await temporaryFolder()
    const app = await startedServer({ dataFolder, now: () => new Date('2026-11-23T08:00:00Z') })
    const sample = samplePackage()

    const first = await publisher(app).publish(sample)
    expect(first.statusCode).toBe(201)
    expect(first.json()).toEqual({
      version: '1.0.0',
      manifest: { sha256: sha256(sample.bytes), size: sample.bytes.byteLength },
      requirements: sample.manifest.requirements,
      publishedAt: '2026-11-23T08:00:00.000Z',
      signed: false,
    })
    const again = await publisher(app).publish(sample)
    expect([again.statusCode, again.json().signed]).toEqual([200, true])

    const read = await app.inject('/repository/models/digits/1.0.0/manifest.json')
    expect(read.rawPayload.equals(sample.bytes)).toBe(true)
    const file = await readFile(join(dataFolder, 'repository/models/digits/1.0.0/manifest.json'))
    expect(file.equals(sample.bytes)).toBe(true)
  })

  test('refuses other bytes under a published version', async () => {
    const app = await startedServer()
    const [sample, other] = [samplePackage(), samplePackage()]
    await publisher(app).publish(sample)
    const bytes = canonicalBytes({ ...other.manifest, card: { title: 'Another', summary: '' } })
    const answer = await publisher(app).putVersion('digits', '1.0.0', bytes)
    expect(answer.statusCode).toBe(409)
    expect(answer.json().error).toMatchObject({
      code: 'VERSION_EXISTS',
      details: { published: sha256(sample.bytes), sent: sha256(bytes) },
    })
    expect(
      (await app.inject('/repository/models/digits/1.0.0/manifest.json')).rawPayload.equals(sample.bytes),
    ).toBe(true)
  })

  test('names the blobs that are missing, or have another size than the manifest says', async () => {
    const app = await startedServer()
    const sample = samplePackage()
    const requests = publisher(app)
    const none = await requests.putVersion('digits', '1.0.0', sample.bytes)
    expect(none.statusCode).toBe(422)
    expect(none.json().error.code).toBe('BLOB_MISSING')
    const { missing } = none.json<{ error: { details: { missing: string[] } } }>().error.details
    expect(missing.sort()).toEqual(sample.blobs.map(sha256).sort())

    for (const blob of sample.blobs) await requests.putBlob(blob)
    const wrong = {
      ...sample.manifest,
      graph: { ...sample.manifest.graph, size: sample.graph.byteLength + 1 },
    }
    const answer = await requests.putVersion('digits', '1.0.0', canonicalBytes(wrong))
    expect(answer.json().error).toMatchObject({
      code: 'BLOB_MISSING',
      details: { missing: [sha256(sample.graph)] },
    })
    expect((await app.inject('/v1/models')).json()).toEqual({ models: [] })
  })

  test.each([
    ['another model', 'wine', '1.0.0', undefined],
    ['another version', 'digits', '2.0.0', undefined],
    ['no JSON', 'digits', '1.0.0', '{'],
    ['an HTML page', 'digits', '1.0.0', '<!doctype html>'],
    ['nothing', 'digits', '1.0.0', ''],
    ['another format', 'digits', '1.0.0', '{"format":2}'],
    ['not UTF-8', 'digits', '1.0.0', Buffer.from([0x22, 0xff, 0x22])],
  ])('refuses a manifest that is %s', async (_what, model, version, body) => {
    const app = await startedServer()
    const answer = await publisher(app).putVersion(model, version, Buffer.from(body ?? samplePackage().bytes))
    expect(answer.statusCode).toBe(422)
    expect(answer.json().error.code).toBe('MANIFEST_INVALID')
  })

  test('refuses a manifest over the limit', async () => {
    const app = await startedServer({ limits: { manifestBytes: 100 } })
    const answer = await publisher(app).putVersion('digits', '1.0.0', samplePackage().bytes)
    expect(answer.statusCode).toBe(413)
    expect(answer.json().error.code).toBe('BODY_TOO_LARGE')
  })
})

describe('rolling out', () => {
  test('nothing is rolled out by publishing; the rollout file lists versions newest first and its revision grows', async () => {
    const dataFolder = await temporaryFolder()
    const app = await startedServer({ dataFolder })
    const requests = publisher(app)
    for (const version of ['1.0.0', '1.10.0', '1.9.0']) await requests.publish(samplePackage(version))
    await expect(signer(app).placeOf('rollouts/digits.json')).rejects.toThrow()
    expect((await app.inject('/v1/models/digits')).json()).toMatchObject({ revision: 0 })

    const first = await requests.rollOut('digits', { champion: '1.9.0' })
    expect(first.statusCode).toBe(200)
    const file = await readFile(join(dataFolder, await signer(app).placeOf('rollouts/digits.json')))
    const rollout = parseRollout(file, 'digits')
    expect(first.json()).toEqual(rollout)
    expect(file.equals(canonicalBytes(rollout))).toBe(true)
    expect(rollout).toMatchObject({ revision: 1, champion: '1.9.0' })
    expect(rollout.versions.map(({ version }) => version)).toEqual(['1.10.0', '1.9.0', '1.0.0'])
    expect(rollout.versions[0]).toEqual({
      version: '1.10.0',
      manifest: {
        sha256: sha256(samplePackage('1.10.0').bytes),
        size: samplePackage('1.10.0').bytes.byteLength,
      },
      requirements: samplePackage().manifest.requirements,
    })

    const second = await requests.rollOut('digits', { champion: '1.9.0', challenger: '1.10.0' })
    expect(second.json()).toMatchObject({ revision: 2, challenger: '1.10.0' })
    const again = await requests.rollOut('digits', { champion: '1.9.0', challenger: '1.10.0' })
    expect(again.json().revision).toBe(2)
    await requests.publish(samplePackage('2.0.0'))
    expect(
      (await requests.rollOut('digits', { champion: '1.9.0', challenger: '1.10.0' })).json().revision,
    ).toBe(3)

    const summary = (await app.inject('/v1/models/digits')).json()
    expect(v.parse(ModelSummarySchema, summary)).toMatchObject({
      champion: '1.9.0',
      challenger: '1.10.0',
      revision: 3,
    })
    const list = v.parse(ModelListSchema, (await app.inject('/v1/models')).json())
    expect(list.models).toEqual([summary])
  })

  test.each([
    ['digits', { champion: '3.0.0' }, 404, 'VERSION_UNKNOWN'],
    ['digits', { champion: '1.0.0', challenger: '3.0.0' }, 404, 'VERSION_UNKNOWN'],
    ['wine', { champion: '1.0.0' }, 404, 'MODEL_UNKNOWN'],
    ['digits', { champion: '1.1.0' }, 409, 'METADATA_MISSING'],
    ['digits', { champion: '1.0.0', challenger: '1.1.0' }, 409, 'METADATA_MISSING'],
    ['digits', { champion: '1.0.0', challenger: '1.0.0' }, 400, 'REQUEST_INVALID'],
    ['digits', { champion: 'newest' }, 400, 'REQUEST_INVALID'],
    ['digits', {}, 400, 'REQUEST_INVALID'],
    ['digits', { champion: 1 }, 400, 'REQUEST_INVALID'],
  ])('refuses %s %j with %i %s', async (model, choice, status, code) => {
    const app = await startedServer()
    await publisher(app).publish(samplePackage())
    await publisher(app).upload(samplePackage('1.1.0')) // nobody has signed for it
    const answer = await publisher(app).rollOut(model, choice)
    expect(answer.statusCode).toBe(status)
    expect(answer.json().error.code).toBe(code)
  })

  test('a model that nobody published is 404', async () => {
    const app = await startedServer()
    const answer = await app.inject('/v1/models/wine')
    expect(answer.statusCode).toBe(404)
    expect(answer.json().error).toMatchObject({ name: 'HomingError', code: 'MODEL_UNKNOWN', details: {} })
  })
})
