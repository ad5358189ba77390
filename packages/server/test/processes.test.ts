import { readdir, readFile, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

import { canonicalBytes, ModelSummarySchema, parseRollout, paths } from '@homing/protocol'
import { generatePrivateKey } from '@homing/tuf/repository'
import * as v from 'valibot'
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { admin, adminToken, samplePackage, type SamplePackage, sha256, temporaryFolder } from './fixture.ts'
import { rawConnection, uploadHead } from './raw-request.ts'
import { type ServerProcess, serverProcess } from './server-process.ts'
import { signingPublisher } from './signing-publisher.ts'
import { ourClient, readingFolder, type TestClient, tufJsClient } from './tuf-clients.ts'

const weights = Buffer.alloc(200_000, 'weights')
const hash = sha256(weights)

const put = (url: string, body: Uint8Array | string, type = 'application/json') =>
  fetch(url, { method: 'PUT', body, headers: { ...admin, 'content-type': type } })

/** `meet` is waited for before anything is written. */
const signer = ({ url }: ServerProcess, meet = () => Promise.resolve()) =>
  signingPublisher(async (method, path, body) => {
    if (method !== 'GET') await meet()
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...admin, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: new Uint8Array(body) } : {}),
    })
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) }
  })

/** Versions that can be rolled out, and clients over the folder that trust the repository's first root. */
async function publishAll(server: ServerProcess, dataFolder: string, versions: readonly string[]) {
  const { root } = await signer(server).initialise()
  for (const version of versions) {
    const sample = samplePackage(version)
    await uploadAll(server, sample)
    await put(`${server.url}/v1/models/digits/versions/${version}`, sample.bytes)
    expect((await signer(server).list([sample])).status).toBe(201)
  }
  const folder = readingFolder(join(dataFolder, 'repository'))
  return { root, clients: [ourClient(folder, root), await tufJsClient(folder, root)] }
}

/** Gives a wait that ends once so many wait. */
function meetingOf(missing: number): () => Promise<void> {
  let begin!: () => void
  const begun = new Promise<void>((resolve) => (begin = resolve))
  return () => {
    if (--missing === 0) begin()
    return begun
  }
}

/** Has clients refresh one after another until told to end; gives how often they did. None may ever fail. */
function followedBy(clients: readonly TestClient[]): { end(): Promise<number> } {
  const stop = new AbortController()
  const following = (async () => {
    let times = 0
    for (; !stop.signal.aborted || times < clients.length; times++)
      await clients[times % clients.length]!.refresh()
    return times
  })()
  const end = () => {
    stop.abort()
    return following
  }
  onTestFinished(() => end().then(() => undefined)) // also where the test failed, before the folder goes that they read
  return { end }
}

async function uploadAll({ url }: ServerProcess, { blobs }: SamplePackage): Promise<void> {
  for (const blob of blobs)
    expect((await put(`${url}/v1/blobs/${sha256(blob)}`, blob, 'application/octet-stream')).status).toBe(201)
}

describe('ending', { timeout: 60_000 }, () => {
  test('SIGTERM lets an upload under way end, takes no new connection, and closes the database', async () => {
    const dataFolder = await temporaryFolder()
    const server = await serverProcess(dataFolder)
    const upload = rawConnection(server.url)
    upload.write(uploadHead(hash, weights.byteLength, adminToken))
    upload.write(weights.subarray(0, 100_000))
    await vi.waitFor(async () => expect(await readdir(join(dataFolder, 'incoming'))).toHaveLength(1))

    server.kill('SIGTERM')
    await vi.waitFor(() => expect(server.log()).toContain('closing'))
    await vi.waitFor(() => expect(fetch(`${server.url}/healthz`)).rejects.toThrow())
    upload.write(weights.subarray(100_000))
    expect(await upload.until(/"size"/)).toMatch(/^HTTP\/1\.1 201 /)
    expect(await server.ended).toEqual([0, null])
    expect((await readFile(join(dataFolder, 'repository/blobs', hash))).equals(weights)).toBe(true)
    // A database that was closed has nothing left in its write-ahead log.
    const log = await stat(join(dataFolder, 'homing.sqlite-wal')).catch(() => undefined)
    expect(log?.size ?? 0).toBe(0)
  })

  test('SIGTERM with an idle connection open ends at once', async () => {
    const server = await serverProcess(await temporaryFolder())
    await (await fetch(`${server.url}/healthz`)).json()
    server.kill('SIGTERM')
    expect(await server.ended).toEqual([0, null])
  })

  test('an upload that does not end is not waited for beyond the grace', async () => {
    const server = await serverProcess(await temporaryFolder(), { HOMING_CLOSE_MS: '300' })
    const upload = rawConnection(server.url)
    upload.write(uploadHead(hash, weights.byteLength, adminToken))
    upload.write('a little')
    await new Promise((resolve) => setTimeout(resolve, 100))
    server.kill('SIGTERM')
    expect(await server.ended).toEqual([1, null])
  })
})

describe('dying', { timeout: 60_000 }, () => {
  test('kill -9 in an upload loses nothing that was acknowledged; what is half done is removed later', async () => {
    const dataFolder = await temporaryFolder()
    const first = await serverProcess(dataFolder)
    const sample = samplePackage()
    await uploadAll(first, sample)
    expect((await put(`${first.url}/v1/models/digits/versions/1.0.0`, sample.bytes)).status).toBe(201)
    await signer(first).initialise()
    expect((await signer(first).list([sample])).status).toBe(201)
    expect((await put(`${first.url}/v1/models/digits/rollout`, '{"champion":"1.0.0"}')).status).toBe(200)
    const upload = rawConnection(first.url)
    upload.write(uploadHead(hash, weights.byteLength, adminToken))
    upload.write(weights.subarray(0, 100_000))
    await vi.waitFor(async () => expect(await readdir(join(dataFolder, 'incoming'))).toHaveLength(1))
    first.kill('SIGKILL')
    expect(await first.ended).toEqual([null, 'SIGKILL'])

    const [leftover] = await readdir(join(dataFolder, 'incoming'))
    const second = await serverProcess(dataFolder)
    expect(await readdir(join(dataFolder, 'incoming'))).toEqual([leftover]) // it might be another process's
    expect((await fetch(`${second.url}/repository/blobs/${hash}`)).status).toBe(404)
    const summary = await (await fetch(`${second.url}/v1/models/digits`)).json()
    expect(v.parse(ModelSummarySchema, summary)).toMatchObject({ champion: '1.0.0', revision: 1 })
    expect((await put(`${second.url}/v1/blobs/${hash}`, weights, 'application/octet-stream')).status).toBe(
      201,
    )
    second.kill('SIGKILL')
    await second.ended

    const longAgo = new Date(Date.now() - 2 * 3_600_000)
    await utimes(join(dataFolder, 'incoming', leftover!), longAgo, longAgo)
    await serverProcess(dataFolder)
    expect(await readdir(join(dataFolder, 'incoming'))).toEqual([])
  })
})

test('a log at its most talkative tells of no key and no token', { timeout: 60_000 }, async () => {
  const [pem, other] = [generatePrivateKey(), generatePrivateKey('ecdsa')]
  const server = await serverProcess(await temporaryFolder(), {
    HOMING_ONLINE_KEY: `${pem}${other}`,
    HOMING_LOG_LEVEL: 'trace',
  })
  await signer(server).initialise()
  expect((await signer(server).put('root', Buffer.from('{}'))).status).toBe(400)
  expect(
    (await fetch(`${server.url}/v1/metadata/online-key`, { method: 'POST', headers: admin })).status,
  ).toBe(400)
  server.kill('SIGTERM')
  await server.ended
  expect(server.log()).toContain('signed metadata')
  for (const secret of [adminToken, ...`${pem}${other}`.split('\n').filter((line) => !/-----|^$/.test(line))])
    expect(server.log()).not.toContain(secret)
})

describe('dying while it signs', { timeout: 120_000 }, () => {
  test('kill -9 at any moment leaves files that clients trust, and nothing acknowledged is lost', async () => {
    const dataFolder = await temporaryFolder()
    let server = await serverProcess(dataFolder)
    const { clients } = await publishAll(server, dataFolder, ['1.0.0', '1.1.0'])
    let acknowledged = 0
    for (const afterMs of [5, 25, 60]) {
      const { url } = server
      const requests = Array.from({ length: 12 }, async (_, i) => {
        const champion = ['1.0.0', '1.1.0'][i % 2]
        const answer = await put(`${url}/v1/models/digits/rollout`, JSON.stringify({ champion }))
        const { revision } = (await answer.json()) as { revision: number }
        acknowledged = Math.max(acknowledged, revision)
      })
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      server.kill('SIGKILL')
      await Promise.allSettled([server.ended, ...requests])
      for (const client of clients) await client.refresh()
      server = await serverProcess(dataFolder)
      for (const client of clients) {
        if (acknowledged === 0) continue
        const { revision } = parseRollout(
          Buffer.from(await client.download('rollouts/digits.json')),
          'digits',
        )
        expect(revision).toBeGreaterThanOrEqual(acknowledged)
      }
    }
    expect((await put(`${server.url}/v1/models/digits/rollout`, '{"champion":"1.1.0"}')).status).toBe(200)
    for (const client of clients)
      expect(await client.download('rollouts/digits.json')).toContain('"champion":"1.1.0"')
  })
})

describe('two processes over one data folder', { timeout: 60_000 }, () => {
  test('start at once on nothing; of two publishers exactly one wins, and both serve what won', async () => {
    const dataFolder = await temporaryFolder()
    const servers = await Promise.all([serverProcess(dataFolder), serverProcess(dataFolder)])
    for (const [round, version] of ['1.0.0', '1.1.0', '1.2.0', '1.3.0'].entries()) {
      const sample = samplePackage(version)
      await uploadAll(servers[round % 2]!, sample)
      const rivals = servers.map((_, i) =>
        canonicalBytes({ ...sample.manifest, card: { title: `by ${i}`, summary: '' } }),
      )
      const answers = await Promise.all(
        [0, 1, 0, 1].map((i) => put(`${servers[i]!.url}/v1/models/digits/versions/${version}`, rivals[i]!)),
      )
      const statuses = answers.map(({ status }) => status)
      const winner = statuses.indexOf(201) % 2
      expect(statuses.filter((status) => status === 201)).toHaveLength(1)
      expect(statuses).toEqual(
        statuses.map((status, i) => (i % 2 === winner ? (status === 201 ? 201 : 200) : 409)),
      )
      for (const { url } of servers) {
        const served = await fetch(`${url}/repository/models/digits/${version}/manifest.json`)
        expect(sha256(Buffer.from(await served.arrayBuffer()))).toBe(sha256(rivals[winner]!))
      }
    }
  })

  test('rollouts set at once follow one another, and the file ends as the newest', async () => {
    const dataFolder = await temporaryFolder()
    const servers = await Promise.all([serverProcess(dataFolder), serverProcess(dataFolder)])
    const versions = ['1.0.0', '1.1.0']
    const { root, clients } = await publishAll(servers[0], dataFolder, versions)
    const followers = followedBy(clients)
    const requests = Array.from({ length: 40 }, (_, i) =>
      put(
        `${servers[i % 2]!.url}/v1/models/digits/rollout`,
        JSON.stringify({ champion: versions[(i >> 1) % 2] }),
      ),
    )
    const rollouts = await Promise.all(
      (await Promise.all(requests)).map(async (answer) => {
        expect(answer.status).toBe(200)
        return parseRollout(new Uint8Array(await answer.arrayBuffer()), 'digits')
      }),
    )
    const championByRevision = new Map(rollouts.map(({ revision, champion }) => [revision, champion]))
    for (const { revision, champion } of rollouts) expect(championByRevision.get(revision)).toBe(champion)
    const last = Math.max(...championByRevision.keys())
    expect(await followers.end()).toBeGreaterThan(clients.length)
    const reader = ourClient(readingFolder(join(dataFolder, 'repository')), root)
    const file = parseRollout(Buffer.from(await reader.download(paths.rollout('digits'))), 'digits')
    expect(file).toMatchObject({ revision: last, champion: championByRevision.get(last) })
    for (const { url } of servers) {
      expect(await (await fetch(`${url}/v1/models/digits`)).json()).toMatchObject({
        revision: last,
        champion: file.champion,
      })
    }
  })

  test('have one online key; of two publishers at once one is told of the other; both re-sign in time', async () => {
    const dataFolder = await temporaryFolder()
    const lives = { HOMING_TIMESTAMP_MS: '12000', HOMING_SNAPSHOT_MS: '12000', HOMING_ROLLOUTS_MS: '12000' }
    const servers = await Promise.all([serverProcess(dataFolder, lives), serverProcess(dataFolder, lives)])
    const states = await Promise.all(servers.map((server) => signer(server).state()))
    expect(states[0]!.onlineKeyId).toBe(states[1]!.onlineKeyId)
    expect((await stat(join(dataFolder, 'online-keys/1.pem'))).mode & 0o777).toBe(0o600)

    const { clients } = await publishAll(servers[0], dataFolder, ['1.0.0'])
    const followers = followedBy(clients)
    for (const version of ['1.1.0', '1.2.0']) {
      const sample = samplePackage(version)
      await uploadAll(servers[0], sample)
      await put(`${servers[0].url}/v1/models/digits/versions/${version}`, sample.bytes)
    }
    const meet = meetingOf(2) // each has read what the other is about to replace
    const rivals = ['1.1.0', '1.2.0'].map((version, i) =>
      signer(servers[i]!, meet).list([samplePackage(version)]),
    )
    expect((await Promise.all(rivals)).map(({ status }) => status).sort()).toEqual([201, 409])
    const before = (await signer(servers[0]).state()).roles
    await vi.waitFor(
      async () => {
        const { roles } = await signer(servers[1]).state()
        for (const role of ['timestamp', 'snapshot', 'rollouts'])
          expect(roles[role], role).toBeGreaterThan(before[role]!)
        expect(roles['publisher']).toBe(before['publisher'])
      },
      { timeout: 40_000, interval: 250 },
    )
    expect(await followers.end()).toBeGreaterThan(clients.length)
  })
})
