import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { MetadataStateSchema, parseRollout, paths, type Rollout } from '@homing/protocol'
import {
  generatePrivateKey,
  readDocument,
  renewed,
  signerOfPem,
  withDelegation,
  withKeys,
} from '@homing/tuf/repository'
import * as v from 'valibot'
import { describe, expect, onTestFinished, test } from 'vitest'

import {
  admin,
  publisher,
  samplePackage,
  signer,
  startedServer,
  temporaryFolder,
} from '../../test/fixture.ts'
import { keys } from '../../test/signing-publisher.ts'
import {
  ourClient,
  ourHttpClient,
  reading,
  readingFolder,
  type TestClient,
  tufJsClient,
} from '../../test/tuf-clients.ts'

const first = samplePackage('1.0.0')
const second = samplePackage('1.1.0')
const manifestPath = (version: string) => paths.manifest('digits', version)

/** A server with keys and a clock of its own, and what reads it: the clients of each kind by HTTP and by folder. */
async function servedRepository() {
  const dataFolder = await temporaryFolder()
  const clock = { ahead: 0 }
  const app = await startedServer({ dataFolder, now: () => new Date(Date.now() + clock.ahead) })
  const documents = await signer(app).initialise()
  const reads = [reading(app), readingFolder(join(dataFolder, 'repository'))]
  const fresh = async (): Promise<TestClient[]> => [
    ...reads.map((read) => ourClient(read, documents.root)),
    ...(await Promise.all(reads.map((read) => tufJsClient(read, documents.root)))),
  ]
  const old = await fresh()
  return {
    app,
    dataFolder,
    clock,
    root: documents.root,
    requests: publisher(app),
    signed: signer(app),
    /** Clients that have followed all along, and new ones that know the first root alone. */
    clients: async () => [...old, ...(await fresh())],
  }
}

type Served = Awaited<ReturnType<typeof servedRepository>>

/** Ids of the keys that signed metadata. */
function signersOf(bytes: Uint8Array): string[] {
  const { signatures } = JSON.parse(Buffer.from(bytes).toString()) as { signatures: { keyid: string }[] }
  return signatures.map(({ keyid }) => keyid)
}

/** A file server that knows nothing of models: bytes, or 404. */
async function plainFileServer(folder: string): Promise<string> {
  const read = readingFolder(folder)
  const server = createHttpServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://plain').pathname).slice(1)
    void read(path).then((bytes) => response.writeHead(bytes ? 200 : 404).end(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function everyoneReads({ clients }: Served, expected: Partial<Rollout>): Promise<void> {
  for (const client of await clients()) {
    const rollout = parseRollout(Buffer.from(await client.download('rollouts/digits.json')), 'digits')
    expect(rollout).toMatchObject(expected)
  }
}

describe('what the server serves', () => {
  test('is what our client and tuf-js trust, over HTTP and from the folder, after each publication', async () => {
    const served = await servedRepository()
    for (const client of await served.clients()) {
      await client.refresh()
      await expect(client.download('rollouts/digits.json')).rejects.toThrow()
    }
    await served.requests.publish(first)
    for (const client of await served.clients())
      expect(await client.download(manifestPath('1.0.0'))).toBe(first.bytes.toString())
    expect((await served.requests.rollOut('digits', { champion: '1.0.0' })).statusCode).toBe(200)
    await everyoneReads(served, { revision: 1, champion: '1.0.0' })
    await served.requests.publish(second)
    await served.requests.rollOut('digits', { champion: '1.0.0', challenger: '1.1.0' })
    await everyoneReads(served, { revision: 2, champion: '1.0.0', challenger: '1.1.0' })
    for (const client of await served.clients())
      expect(await client.download(manifestPath('1.1.0'))).toBe(second.bytes.toString())
  })

  test('a plain web server over the folder serves the real client just as well', async () => {
    const { app, dataFolder, root, requests } = await servedRepository()
    await requests.publish(first)
    await requests.rollOut('digits', { champion: '1.0.0' })
    const url = await plainFileServer(join(dataFolder, 'repository'))
    const ours = `${await app.listen({ port: 0, host: '127.0.0.1' })}/repository`
    for (const client of [ourHttpClient(url, root), ourHttpClient(ours, root)]) {
      expect(await client.download('rollouts/digits.json')).toContain('"champion":"1.0.0"')
      expect(await client.download(manifestPath('1.0.0'))).toBe(first.bytes.toString())
      await requests.publish(samplePackage('2.0.0'))
      await requests.rollOut('digits', { champion: '2.0.0' })
      expect(await client.download('rollouts/digits.json')).toContain('"champion":"2.0.0"')
      await requests.rollOut('digits', { champion: '1.0.0' })
      await signer(app).list([samplePackage('2.0.0')], { off: true })
    }
  })

  test('takes a version off every list when its publisher does', async () => {
    const served = await servedRepository()
    for (const sample of [first, second]) await served.requests.publish(sample)
    await served.requests.rollOut('digits', { champion: '1.1.0' })
    expect((await served.signed.list([first], { off: true })).status).toBe(201)
    for (const client of await served.clients()) {
      const rollout = parseRollout(Buffer.from(await client.download('rollouts/digits.json')), 'digits')
      expect(rollout).toMatchObject({ revision: 2, champion: '1.1.0' })
      expect(rollout.versions.map(({ version }) => version)).toEqual(['1.1.0'])
      await expect(client.download(manifestPath('1.0.0'))).rejects.toThrow()
    }
    const refused = await served.requests.rollOut('digits', { champion: '1.0.0' })
    expect(refused.json().error.code).toBe('METADATA_MISSING')
    const champion = await served.signed.list([second], { off: true })
    expect(champion.status).toBe(400)
    expect(champion.body.toString()).toMatch(/roll another version out before you take it off/)
    // Taken on again it is as good as before.
    await served.signed.list([first])
    expect((await served.requests.rollOut('digits', { champion: '1.0.0' })).statusCode).toBe(200)
    await everyoneReads(served, { revision: 3, champion: '1.0.0' })
  })

  test('goes on when the root has new keys, one version after another', async () => {
    const served = await servedRepository()
    await served.requests.publish(first)
    await served.requests.rollOut('digits', { champion: '1.0.0' })
    let holder = keys.root
    for (let version = 2; version <= 4; version++) {
      const next = signerOfPem(generatePrivateKey(version === 3 ? 'ecdsa' : 'ed25519'))
      const before = await served.signed.root()
      const root = renewed(withKeys(before, 'root', { keys: [next.key], threshold: 1 }), 'root', Date.now())
      const answer = await served.signed.put(
        'root',
        await served.signed.signRoot(root, before, [holder, next]),
      )
      expect(answer.status, answer.body.toString()).toBe(201)
      holder = next
      await everyoneReads(served, { champion: '1.0.0' })
    }
    expect((await served.signed.state()).roles['root']).toBe(4)
  })

  test('is signed by a new online key as soon as root and targets name it', async () => {
    const served = await servedRepository()
    await served.requests.publish(first)
    await served.requests.rollOut('digits', { champion: '1.0.0' })
    const before = await served.signed.state()
    const made = await served.app.inject({
      method: 'POST',
      url: '/v1/metadata/online-key',
      headers: admin,
    })
    expect(made.statusCode, made.body).toBe(200)
    const { onlineKey, onlineKeyId } = v.parse(MetadataStateSchema, made.json())
    expect(onlineKeyId).not.toBe(before.onlineKeyId)
    expect((await served.signed.state()).onlineKeyId).toBe(onlineKeyId)

    const online = { keys: [onlineKey], threshold: 1 }
    const root = await served.signed.root()
    const rotated = renewed(
      withKeys(withKeys(root, 'snapshot', online), 'timestamp', online),
      'root',
      Date.now(),
    )
    expect((await served.signed.put('root', await served.signed.signRoot(rotated, root))).status).toBe(201)
    await everyoneReads(served, { champion: '1.0.0' })
    const targets = await served.signed.targets()
    const delegating = renewed(withDelegation(targets, 'rollouts', online), 'targets', Date.now())
    const answer = await served.signed.put('targets', await served.signed.signTargets(delegating, rotated))
    expect(answer.status, answer.body.toString()).toBe(201)
    await everyoneReads(served, { champion: '1.0.0' })
    await served.requests.publish(second)
    await served.requests.rollOut('digits', { champion: '1.1.0' })
    await everyoneReads(served, { champion: '1.1.0' })
    for (const role of ['timestamp', 'snapshot', 'rollouts'] as const) {
      const { roles } = await served.signed.state()
      const path = role === 'timestamp' ? paths.timestamp : paths.metadata(role, roles[role]!)
      expect(signersOf((await reading(served.app)(path))!)).toEqual([onlineKeyId])
    }
  })

  test('stays whole between the steps of new keys for targets and publishers', async () => {
    const served = await servedRepository()
    await served.requests.publish(first)
    await served.requests.rollOut('digits', { champion: '1.0.0' })
    const [newTargets, newPublisher] = [signerOfPem(generatePrivateKey()), signerOfPem(generatePrivateKey())]

    // A root that takes the old key of targets away: nobody sees it before targets is signed by the new one.
    const root = await served.signed.root()
    const nextRoot = renewed(
      withKeys(root, 'targets', { keys: [newTargets.key], threshold: 1 }),
      'root',
      Date.now(),
    )
    expect((await served.signed.put('root', await served.signed.signRoot(nextRoot, root))).status).toBe(201)
    await everyoneReads(served, { champion: '1.0.0' })
    expect(await reading(served.app)(paths.metadata('root', 2))).toBeUndefined()

    // Targets that takes the old key of publishers away: the same.
    const targets = await served.signed.targets()
    const nextTargets = renewed(
      withDelegation(targets, 'publisher', { keys: [newPublisher.key], threshold: 1 }),
      'targets',
      Date.now(),
    )
    const sent = await served.signed.signTargets(nextTargets, nextRoot, [newTargets])
    expect((await served.signed.put('targets', sent)).status).toBe(201)
    await everyoneReads(served, { champion: '1.0.0' })

    // Meanwhile what is signed online goes on.
    await served.requests.rollOut('digits', { champion: '1.0.0' })
    served.clock.ahead = 20 * 3_600_000
    await served.app.close()
    const again = await startedServer({
      dataFolder: served.dataFolder,
      now: () => new Date(Date.now() + served.clock.ahead),
    })
    const { expires } = readDocument('timestamp', (await reading(again)(paths.timestamp))!)
    expect(Date.parse(expires)).toBeGreaterThan(Date.now() + 40 * 3_600_000)

    const publication = renewed(await signer(again).publisher(), 'publisher', Date.now())
    const bytes = await signer(again).signPublisher(publication, nextTargets, [newPublisher])
    expect((await signer(again).put('publisher', bytes)).status).toBe(201)
    expect(await reading(again)(paths.metadata('root', 2))).toBeDefined()
    for (const client of [
      ourClient(reading(again), served.root),
      await tufJsClient(reading(again), served.root),
    ]) {
      expect(await client.download(manifestPath('1.0.0'))).toBe(first.bytes.toString())
      expect(await client.download('rollouts/digits.json')).toContain('"champion":"1.0.0"')
    }
  })
})
