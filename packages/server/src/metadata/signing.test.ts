import { join } from 'node:path'

import { paths } from '@homing/protocol'
import { generatePrivateKey, readDocument, renewed, signerOfPem, withKeys } from '@homing/tuf/repository'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'

import {
  publisher as requests,
  samplePackage,
  signer,
  startedServer,
  temporaryFolder,
} from '../../test/fixture.ts'
import { keys as ownKeys, signingPublisher } from '../../test/signing-publisher.ts'
import { ourClient, readingFolder, type TestClient, tufJsClient } from '../../test/tuf-clients.ts'
import type { BlobStore } from '../blobs/blob-store.ts'
import { directoryBlobStore } from '../blobs/directory-blob-store.ts'
import { incomingFolder } from '../blobs/incoming-folder.ts'
import { defaultLifetimes } from '../config.ts'
import { setRollout } from '../publication/set-rollout.ts'
import { staticLayout } from '../publication/static-layout.ts'
import { kyselyAccessRegistry } from '../repositories/kysely-access-registry.ts'
import { kyselyMetadata } from '../repositories/kysely-metadata.ts'
import { kyselyRegistry } from '../repositories/kysely-registry.ts'
import { openSqlite } from '../repositories/open-sqlite.ts'
import { processLock } from '../repositories/process-lock.ts'
import { keyFolder } from './key-folder.ts'
import { openOnlineKeys } from './open-online-keys.ts'
import { publisherListing } from './publisher-listing.ts'
import { signing } from './signing.ts'

/** A repository with two versions, of which one is rolled out; its parts, without a server around them. */
async function repository() {
  const data = await temporaryFolder()
  const app = await startedServer({ dataFolder: data })
  const { root } = await signer(app).initialise()
  for (const version of ['1.0.0', '1.1.0']) await requests(app).publish(samplePackage(version))
  await requests(app).rollOut('digits', { champion: '1.0.0' })
  await app.close()

  const database = await openSqlite(join(data, 'homing.sqlite'))
  const lock = processLock(join(data, 'signing.lock'))
  onTestFinished(async () => {
    lock.close()
    await database.destroy()
  })
  const folder = join(data, 'repository')
  const metadata = kyselyMetadata(database)
  const parts = {
    registry: kyselyRegistry(database),
    metadata,
    publisher: publisherListing(metadata),
    store: directoryBlobStore(folder, incomingFolder(join(data, 'incoming'))),
    keys: await openOnlineKeys({}, keyFolder(join(data, 'online-keys')), lock),
    lock,
    lifetimes: defaultLifetimes,
    now: () => new Date(),
    log: pino({ level: 'silent' }),
  }
  const clients = async (): Promise<TestClient[]> => [
    ourClient(readingFolder(folder), root),
    await tufJsClient(readingFolder(folder), root),
  ]
  return { parts, access: kyselyAccessRegistry(database), clients, old: await clients() }
}

type Repository = Awaited<ReturnType<typeof repository>>

/** A store that dies at its write number `dies`, before or after it. */
function mortal(store: BlobStore, dies: number, after: boolean): BlobStore {
  let writes = 0
  return {
    ...store,
    async write(path, bytes) {
      const death = writes++ === dies
      if (!death || after) await store.write(path, bytes)
      if (death) throw new Error(`died at ${path}`)
    },
  }
}

/** Changes something and dies at each write of it in turn; clients refresh through all of it. Gives how many there are. */
async function dyingAtEachWrite(
  { parts, clients, old }: Repository,
  change: (turn: number) => Promise<(client: TestClient) => Promise<void>>,
): Promise<number> {
  for (let turn = 0; ; turn++) {
    const check = await change(turn)
    const store = mortal(parts.store, turn >> 1, turn % 2 === 1)
    const died = await signing({ ...parts, store })
      .sign()
      .then(
        () => false,
        () => true,
      )
    for (const client of [...old, ...(await clients())]) await client.refresh()
    await signing(parts).sign()
    for (const client of [...old, ...(await clients())]) await check(client)
    if (!died) return turn >> 1
  }
}

test('dying at any write leaves files that clients trust, and the next start finishes them', async () => {
  const all = await repository()
  const { parts, access } = all
  const { registry, metadata, publisher, store, now } = parts
  const unsigned = { sign: () => Promise.resolve(), addTarget: () => Promise.resolve() }
  const layout = staticLayout(registry, store)
  const publication = { registry, access, metadata, publisher, signing: unsigned, store, layout, now }
  const writes = await dyingAtEachWrite(all, async (turn) => {
    const champion = turn % 2 === 0 ? '1.1.0' : '1.0.0'
    await setRollout(publication, 'digits', { champion })
    return async (client) =>
      expect(await client.download('rollouts/digits.json')).toContain(`"champion":"${champion}"`)
  })
  expect(writes).toBe(4) // the rollout, rollouts, snapshot, timestamp
}, 60_000)

test('so does dying while the root gets another online key', async () => {
  const all = await repository()
  const { metadata, keys, registry } = all.parts
  const sent = signingPublisher(() => Promise.reject(new Error('sends nothing')))
  const writes = await dyingAtEachWrite(all, async () => {
    await keys.renew()
    const [{ key }] = await keys.all()
    const record = (await metadata.newest()).get('root')!
    const before = readDocument('root', record.bytes)
    const online = { keys: [key], threshold: 1 }
    const next = renewed(
      withKeys(withKeys(before, 'snapshot', online), 'timestamp', online),
      'root',
      Date.now(),
    )
    const bytes = await sent.signRoot(next, before, [ownKeys.root])
    const revisions = (await registry.rollouts()).reduce((sum, { revision }) => sum + revision, 0)
    expect(await metadata.submit({ role: 'root', version: next.version, bytes }, revisions)).toBe(true)
    return (client) => client.refresh()
  })
  expect(writes).toBe(3) // snapshot, timestamp, root
}, 60_000)

test('signs again what is past half of its life, and nothing else', async () => {
  const { parts, clients } = await repository()
  const versions = async () =>
    Object.fromEntries(Array.from((await parts.metadata.newest()).values(), (r) => [r.role, r.version]))
  const before = await versions()
  const signAfter = async (ms: number) => {
    await signing({ ...parts, now: () => new Date(Date.now() + ms) }).sign()
    return versions()
  }
  const hour = 3_600_000
  expect(await signAfter(0)).toEqual(before)
  expect(await signAfter(11 * hour)).toEqual(before)
  const timestamp = before['timestamp']! + 1
  expect(await signAfter(13 * hour)).toEqual({ ...before, timestamp })
  const rollouts = before['rollouts']! + 1
  const snapshot = before['snapshot']! + 1
  const later = { ...before, rollouts, snapshot, timestamp: timestamp + 1 }
  expect(await signAfter(85 * hour)).toEqual(later)
  // A clock that went back makes the next versions, never older ones.
  expect(await signAfter(-85 * hour)).toEqual({
    ...later,
    rollouts: rollouts + 1,
    snapshot: snapshot + 1,
    timestamp: timestamp + 2,
  })
  await signing(parts).sign()
  for (const client of await clients()) await client.refresh()
})

test('lets its key vouch for a file of its own, and for another in its place', async () => {
  const { parts, clients, old } = await repository()
  const signer_ = signing(parts)
  const path = 'patches/digits/1.1.0.json'
  for (const text of ['{"a":1}', '{"a":2}']) {
    await signer_.addTarget({ path, bytes: new Uint8Array(Buffer.from(text)) })
    for (const client of [...old, ...(await clients())]) expect(await client.download(path)).toBe(text)
  }
  const before = await parts.metadata.head()
  await signer_.addTarget({ path, bytes: new Uint8Array(Buffer.from('{"a":2}')) })
  expect(await parts.metadata.head()).toEqual(before)
})

test('calls while one is under way share the next', async () => {
  const { parts } = await repository()
  let rounds = 0
  const counted = signing({
    ...parts,
    metadata: {
      ...parts.metadata,
      newest() {
        rounds++
        return parts.metadata.newest()
      },
    },
  })
  await Promise.all(Array.from({ length: 50 }, () => counted.sign()))
  expect(rounds).toBe(1)
  const first = counted.sign()
  await new Promise((resolve) => setImmediate(resolve))
  await Promise.all([first, ...Array.from({ length: 50 }, () => counted.sign())])
  expect(rounds).toBeLessThanOrEqual(3)
})

test('without its key nothing changes, and with it again all is made good', async () => {
  const { parts, old } = await repository()
  const stranger = signerOfPem(generatePrivateKey())
  const keys = { ...parts.keys, all: () => Promise.resolve([stranger]) as never }
  const before = await parts.metadata.head()
  await parts.metadata.putOnlineTarget({
    path: 'patches/digits/1.0.0.json',
    bytes: new Uint8Array([123, 125]),
  })
  await expect(signing({ ...parts, keys }).sign()).rejects.toMatchObject({ code: 'KEY_MISSING' })
  expect(await parts.metadata.head()).toEqual(before)
  expect(await parts.store.size(paths.timestamp)).toBe(before!.timestamp.bytes.byteLength)
  await signing(parts).sign()
  expect(await old[0]!.download('patches/digits/1.0.0.json')).toBe('{}')
})
