import { paths } from '@homing/protocol'
import {
  emptyTargets,
  generatePrivateKey,
  initialRoot,
  initialTargets,
  readDocument,
  renewed,
  type Root,
  type Signer,
  signerOfPem,
  type Targets,
  targetFileOf,
  withDelegation,
  withoutDelegation,
  withTargets,
} from '@homing/tuf/repository'
import { describe, expect, test } from 'vitest'

import { publisher, samplePackage, signer, startedServer } from '../../test/fixture.ts'
import { keys } from '../../test/signing-publisher.ts'

const now = Date.now()
const sample = samplePackage()
const path = paths.manifest('digits', '1.0.0')
const one = ({ key }: Signer) => ({ keys: [key], threshold: 1 })
const stranger = signerOfPem(generatePrivateKey())
const code = (body: Buffer) =>
  (JSON.parse(body.toString()) as { error: { code: string; message: string } }).error

/** A server with the keys of a repository, and one version that is uploaded and not listed yet. */
async function initialised() {
  const app = await startedServer()
  const documents = await signer(app).initialise()
  await publisher(app).upload(sample)
  return { app, documents, signed: signer(app) }
}

type Initialised = Awaited<ReturnType<typeof initialised>>

describe('metadata that publishers send', () => {
  test('comes in the order root, targets, publisher; nothing is signed before all are there', async () => {
    const app = await startedServer()
    const signed = signer(app)
    const { onlineKey, onlineKeyId, ...state } = await signed.state()
    expect(state).toEqual({ initialised: false, roles: {} })
    expect(onlineKeyId).toMatch(/^[0-9a-f]{64}$/)
    const root = initialRoot({ root: one(keys.root), targets: one(keys.targets), online: onlineKey }, now)
    const targets = initialTargets({ publisher: one(keys.publisher), online: onlineKey }, now)
    const listing = await signed.signPublisher(emptyTargets('publisher', now), targets)
    const delegating = await signed.signTargets(targets, root)

    for (const [role, bytes] of [
      ['publisher', listing],
      ['targets', delegating],
    ] as const) {
      const early = await signed.put(role, bytes)
      expect([early.status, code(early.body).code]).toEqual([409, 'METADATA_MISSING'])
    }
    expect((await signed.put('root', await signed.signRoot(root, undefined))).status).toBe(201)
    expect((await app.inject('/repository/metadata/timestamp.json')).statusCode).toBe(404)
    expect((await signed.put('targets', delegating)).status).toBe(201)
    expect((await signed.put('publisher', listing)).status).toBe(201)
    expect(await signed.state()).toMatchObject({
      initialised: true,
      roles: { root: 1, targets: 1, publisher: 1, rollouts: 1, snapshot: 1, timestamp: 1 },
    })
  })

  test('is kept to the byte, and the same again changes nothing', async () => {
    const { app, signed } = await initialised()
    const before = await signed.state()
    const bytes = await signed.newest('publisher')
    const spaced = Buffer.from(JSON.stringify(JSON.parse(Buffer.from(bytes).toString()), undefined, 3))
    for (const again of [bytes, bytes]) expect((await signed.put('publisher', again)).status).toBe(200)
    expect((await signed.put('publisher', spaced)).status).toBe(409)
    expect(await signed.state()).toEqual(before)
    const next = renewed(await signed.publisher(), 'publisher', now)
    const odd = Buffer.from(
      `\r\n ${Buffer.from(await signed.signPublisher(next, await signed.targets())).toString()}\n`,
    )
    expect((await signed.put('publisher', odd)).status).toBe(201)
    expect(Buffer.from(await signed.newest('publisher')).equals(odd)).toBe(true)
    expect((await app.inject('/repository/metadata/2.publisher.json')).rawPayload.equals(odd)).toBe(true)
  })

  test('of two publishers at once the second is told, and signs on top of the first', async () => {
    const { app, signed } = await initialised()
    const other = samplePackage('1.0.0', 'wine')
    await publisher(app).upload(other)
    const answers = await Promise.all([signed.list([sample]), signed.list([other])])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    const refused = answers.find(({ status }) => status === 409)!
    expect(code(refused.body)).toMatchObject({
      code: 'METADATA_CONFLICT',
      details: { role: 'publisher', present: 2, version: 2 },
    })
    expect((await signed.list([sample, other])).status).toBe(201)
    expect(Object.keys((await signed.publisher()).targets)).toHaveLength(2)
  })

  test('a missing next root is 404 and caches nothing', async () => {
    const { app } = await initialised()
    const answer = await app.inject('/repository/metadata/2.root.json')
    expect(answer.statusCode).toBe(404)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['access-control-allow-origin']).toBe('*')
  })

  const listing = (file: object) => (publisher_: Targets) =>
    withTargets(publisher_, { [path]: { ...targetFileOf(sample.bytes), ...file } })

  test.each<[string, string, RegExp, (all: Initialised) => Promise<Uint8Array> | Uint8Array]>([
    ['publisher', 'METADATA_INVALID', /not JSON/, () => Buffer.from('{')],
    ['publisher', 'METADATA_INVALID', /web page/, () => Buffer.from('<!doctype html>')],
    ['publisher', 'METADATA_INVALID', /malformed/, () => Buffer.from('{"signatures":[],"signed":{}}')],
    ['root', 'METADATA_INVALID', /malformed/, ({ documents }) => documents.targets],
    ['publisher', 'METADATA_CONFLICT', /at version 1; this is 1/, ({ signed }) => bySomeoneElse(signed, 0)],
    ['publisher', 'METADATA_CONFLICT', /at version 1; this is 3/, ({ signed }) => bySomeoneElse(signed, 2)],
    ['publisher', 'METADATA_UNSIGNED', /signed by 0 of its keys/, ({ signed }) => bySomeoneElse(signed, 1)],
    [
      'targets',
      'METADATA_UNSIGNED',
      /signed by 0/,
      async ({ signed }) =>
        signed.signTargets(renewed(await signed.targets(), 'targets', now), rootOf(stranger), [stranger]),
    ],
    [
      'root',
      'METADATA_UNSIGNED',
      /signed by 0/,
      async ({ signed }) => signed.signRoot({ ...rootOf(stranger), version: 2 }, undefined, [stranger]),
    ],
    [
      'publisher',
      'METADATA_EXPIRED',
      /expired at 2020/,
      ({ signed }) => listed(signed, (document) => ({ ...document, expires: '2020-01-01T00:00:00Z' })),
    ],
    [
      'root',
      'METADATA_EXPIRED',
      /expired at 2020/,
      ({ signed }) => rootWith(signed, { expires: '2020-01-01T00:00:00Z' }),
    ],
    [
      'publisher',
      'METADATA_INVALID',
      /digits 9.9.9 is not here/,
      ({ signed }) =>
        listed(signed, (document) =>
          withTargets(document, { [paths.manifest('digits', '9.9.9')]: targetFileOf(sample.bytes) }),
        ),
    ],
    [
      'publisher',
      'METADATA_INVALID',
      /is not here with that length/,
      ({ signed }) => listed(signed, listing({ length: sample.bytes.byteLength + 1 })),
    ],
    [
      'publisher',
      'METADATA_INVALID',
      /is not here with that length/,
      ({ signed }) => listed(signed, listing({ hashes: { sha256: '0'.repeat(64) } })),
    ],
    [
      'publisher',
      'METADATA_INVALID',
      /is not here with that length/,
      ({ signed }) =>
        listed(signed, listing({ hashes: { sha512: 'ab', ...targetFileOf(sample.bytes).hashes } })),
    ],
    [
      'publisher',
      'METADATA_INVALID',
      /lists what is no models/,
      ({ signed }) =>
        listed(signed, (document) =>
          withTargets(document, { 'rollouts/digits.json': targetFileOf(sample.bytes) }),
        ),
    ],
    [
      'publisher',
      'METADATA_INVALID',
      /delegates to others/,
      ({ signed }) => listed(signed, (document) => withDelegation(document, 'rollouts', one(stranger))),
    ],
    [
      'targets',
      'METADATA_INVALID',
      /lists files itself/,
      ({ signed }) =>
        delegating(signed, (document) => withTargets(document, { x: targetFileOf(sample.bytes) })),
    ],
    [
      'targets',
      'METADATA_INVALID',
      /too few of the keys that sign rollouts/,
      ({ signed }) => delegating(signed, (document) => withDelegation(document, 'rollouts', one(stranger))),
    ],
    [
      'targets',
      'METADATA_INVALID',
      /too few of the keys that sign federated-digits/,
      ({ signed }) =>
        delegating(signed, (document) => withDelegation(document, 'federated-digits', one(stranger))),
    ],
    [
      'targets',
      'METADATA_INVALID',
      /delegates to "\.\.\/x", which no one serves/,
      ({ signed }) => delegating(signed, (document) => renamed(document, 'rollouts', '../x')),
    ],
    [
      'targets',
      'METADATA_INVALID',
      /delegates to "federated-\.\.", which no one serves/,
      ({ signed }) => delegating(signed, (document) => renamed(document, 'rollouts', 'federated-..')),
    ],
    [
      'targets',
      'METADATA_INVALID',
      /does not delegate to publisher/,
      ({ signed }) => delegating(signed, ({ delegations: _, ...document }) => document),
    ],
    [
      'targets',
      'METADATA_INVALID',
      /must let publisher vouch for models/,
      ({ signed }) =>
        delegating(signed, (document) => ({
          ...document,
          delegations: {
            ...document.delegations!,
            roles: document.delegations!.roles.map((role) => ({ ...role, paths: ['*'] })),
          },
        })),
    ],
    [
      'root',
      'METADATA_INVALID',
      /consistent_snapshot/,
      ({ signed }) => rootWith(signed, { consistent_snapshot: false }),
    ],
    [
      'root',
      'METADATA_INVALID',
      /too few of the keys that sign snapshot/,
      async ({ signed }) => {
        const { roles, keys: all } = await signed.root()
        const foreign = { keyids: [stranger.keyId], threshold: 1 }
        return rootWith(signed, {
          roles: { ...roles, snapshot: foreign },
          keys: { ...all, [stranger.keyId]: stranger.key },
        })
      },
    ],
  ])('%s: %s, %s', async (role, expected, message, make) => {
    const all = await initialised()
    const before = await all.signed.state()
    const { status, body } = await all.signed.put(role, await make(all))
    expect(code(body)).toMatchObject({ code: expected, message: expect.stringMatching(message) as string })
    expect(status).toBe(expected === 'METADATA_CONFLICT' ? 409 : 400)
    expect(await all.signed.state()).toEqual(before)
  })

  test('an entry is taken off, never changed', async () => {
    const { signed } = await initialised()
    await signed.list([sample])
    const noted = await listed(signed, (document) =>
      withTargets(document, { [path]: { ...targetFileOf(sample.bytes), custom: { note: 'new' } } }),
    )
    const { status, body } = await signed.put('publisher', noted)
    expect([status, code(body).message]).toEqual([400, expect.stringMatching(/never changed/)])
  })

  test('a model that opts in gets a federated role, which the server signs', async () => {
    const { app, signed } = await initialised()
    const { onlineKey } = await signed.state()
    const opted = await delegating(signed, (document) =>
      withDelegation(document, 'federated-digits', { keys: [onlineKey], threshold: 1 }),
    )
    expect((await signed.put('targets', opted)).status).toBe(201)
    expect((await signed.state()).roles).toMatchObject({ targets: 2, 'federated-digits': 1 })
    // Opting out leaves it in the snapshot: what was there once may not vanish.
    const withdrawn = await delegating(signed, (document) => withoutDelegation(document, 'federated-digits'))
    expect((await signed.put('targets', withdrawn)).status).toBe(201)
    const { roles } = await signed.state()
    const served = await app.inject(`/repository/metadata/${roles['snapshot']}.snapshot.json`)
    expect(Object.keys(readDocument('snapshot', served.rawPayload).meta)).toContain('federated-digits.json')
  })
})

type Signed = Initialised['signed']

async function listed(signed: Signed, change: (document: Targets) => Targets): Promise<Uint8Array> {
  const next = change(renewed(await signed.publisher(), 'publisher', now))
  return signed.signPublisher(next, await signed.targets())
}

async function delegating(signed: Signed, change: (document: Targets) => Targets): Promise<Uint8Array> {
  return signed.signTargets(change(renewed(await signed.targets(), 'targets', now)), await signed.root())
}

/** The same delegations, one of them under another name after one that is as it should be. */
function renamed(document: Targets, from: string, to: string): Targets {
  const { keys: all, roles } = document.delegations!
  const odd = roles.filter(({ name }) => name === from).map((role) => ({ ...role, name: to }))
  return { ...document, delegations: { keys: all, roles: [...roles, ...odd] } }
}

async function rootWith(signed: Signed, fields: Partial<Root>): Promise<Uint8Array> {
  const before = await signed.root()
  return signed.signRoot({ ...renewed(before, 'root', now), ...fields }, before)
}

/** Publisher metadata so many versions later, signed by a key that no one named. */
async function bySomeoneElse(signed: Signed, later: number): Promise<Uint8Array> {
  const document = await signed.publisher()
  const above = initialTargets({ publisher: one(stranger), online: stranger.key }, now)
  return signed.signPublisher({ ...document, version: document.version + later }, above, [stranger])
}

function rootOf(holder: Signer): Root {
  return initialRoot({ root: one(holder), targets: one(holder), online: holder.key }, now)
}
