import { tufSigner } from '@homing/testkit'
import { describe, expect, it } from 'vitest'

import { maxMetadataBytes } from '../config.ts'
import { simulatedClient, type SimulatedClient, tampered } from '../testing/simulated-client.ts'

const past = '2020-01-01T00:00:00Z'
const refusal = (code: string): unknown => expect.objectContaining({ code })

describe('refresh', () => {
  it('asks for the next root, the timestamp and what they name, and keeps every byte', async () => {
    const client = simulatedClient()
    await client.refresh()
    expect(client.repository.requests).toEqual([
      '2.root.json',
      'timestamp.json',
      '1.snapshot.json',
      '1.targets.json',
    ])
    expect(client.stored.get('targets')).toEqual(client.repository.answer('1.targets.json'))
  })

  it('asks for two files when nothing changed', async () => {
    const client = simulatedClient()
    await client.refresh()
    client.repository.requests.length = 0
    await client.refresh()
    expect(client.repository.requests).toEqual(['2.root.json', 'timestamp.json'])
  })

  it('takes file names without versions where snapshots are not consistent', async () => {
    const client = simulatedClient()
    client.repository.root.consistent_snapshot = false
    client.repository.publishRoot()
    await client.refresh()
    expect(client.repository.requests.slice(-2)).toEqual(['snapshot.json', 'targets.json'])
  })

  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('verifies %s', async (keyType) => {
    const client = simulatedClient({ keyType })
    client.repository.publish('targets')
    await client.refresh()
    expect(client.version('targets')).toBe(2)
  })

  it('keeps unknown fields in what is signed', async () => {
    const client = simulatedClient()
    const { root } = client.repository
    root['custom-field'] = { b: 'ü "quoted" \\', a: [1, null, true] }
    root.keys[root.roles.root.keyids[0]!]!['keyid_hash_algorithms'] = ['md5']
    root.roles.root['another-field'] = 'value'
    client.repository.publishRoot()
    await client.refresh()
    expect(client.version('root')).toBe(2)
  })

  it('identifies a key by what it is, not by its id', async () => {
    const client = simulatedClient()
    const signer = { ...tufSigner(), keyid: 'an id of old' }
    client.repository.root.keys[signer.keyid] = signer.key
    client.repository.root.roles.timestamp.keyids = [signer.keyid]
    client.repository.signers.set('timestamp', [signer])
    client.repository.publishRoot()
    await client.refresh()
  })
})

describe('roles that are asked for ahead of their turn', () => {
  const delegating = (): SimulatedClient => {
    const client = simulatedClient()
    client.repository.delegate('targets', { name: 'role' })
    client.repository.addTarget('file', 'content', 'role')
    client.repository.publish('targets')
    client.soon = ['role', 'unknown', 'constructor']
    return client
  }
  const first = ['2.root.json', 'timestamp.json', '2.snapshot.json']

  it('are fetched beside targets, and not again when they are needed', async () => {
    const client = delegating()
    expect(await client.download('file')).toBe('content')
    const asked = [...first, '1.role.json', '2.targets.json']
    expect(client.repository.requests.slice(0, asked.length)).toEqual(asked)
    expect(client.repository.requests.filter((path) => path.endsWith('role.json'))).toHaveLength(1)
  })

  it('are not fetched where the store has one, which its turn may show to be outdated', async () => {
    const client = delegating()
    await client.download('file')
    client.repository.publish('role')
    client.repository.requests.length = 0
    await client.refresh()
    expect(client.repository.requests).toEqual(['2.root.json', 'timestamp.json', '3.snapshot.json'])
    expect(await client.download('file')).toBe('content')
    expect(client.version('role')).toBe(2)
  })

  it('are trusted and kept no earlier than the role that delegates to them', async () => {
    const client = delegating()
    client.repository.signers.set('targets', [tufSigner()])
    client.repository.publish('targets')
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_UNSIGNED'))
    expect(client.repository.requests).toContain('1.role.json')
    expect(client.version('role')).toBeUndefined()
    const forged = delegating()
    forged.repository.signers.set('role', [tufSigner()])
    forged.repository.publish('role')
    const refreshed = await forged.refresh()
    expect(forged.version('role')).toBeUndefined()
    await expect(refreshed.target('file')).rejects.toEqual(refusal('METADATA_UNSIGNED'))
    expect(forged.version('role')).toBeUndefined()
  })

  it('fail in their turn alone, and are then asked for again', async () => {
    const client = delegating()
    client.repository.answers.set('1.role.json', undefined)
    const refreshed = await client.refresh()
    await expect(refreshed.target('file')).rejects.toEqual(refusal('HTTP_STATUS'))
    client.repository.answers.delete('1.role.json')
    expect(await refreshed.target('file')).toMatchObject({ length: 'content'.length })
  })
})

describe('refresh refuses', () => {
  it('a store without a root, before any request', async () => {
    const client = simulatedClient()
    client.stored.clear()
    await expect(client.refresh()).rejects.toEqual(refusal('CONFIG_INVALID'))
    expect(client.repository.requests).toEqual([])
  })

  it.each<[string, (signed: Record<string, unknown>) => void, string]>([
    ['lacks its version', (signed) => delete signed['version'], 'METADATA_INVALID'],
    ['was changed', (signed) => (signed['version'] = 7), 'METADATA_UNSIGNED'],
  ])('a first root that %s, before any request', async (_, change, code) => {
    const client = simulatedClient()
    client.stored.set('root', tampered(client.repository.roots[0]!, change))
    await expect(client.refresh()).rejects.toEqual(refusal(code))
    expect(client.repository.requests).toEqual([])
  })

  it.each(['timestamp', 'snapshot', 'targets'] as const)(
    '%s that nobody signed (arbitrary installation)',
    async (role) => {
      const client = simulatedClient()
      client.repository.signers.set(role, [tufSigner()])
      await expect(client.refresh()).rejects.toEqual(refusal('METADATA_UNSIGNED'))
      expect(client.version(role)).toBeUndefined()
    },
  )

  it.each(['timestamp', 'snapshot', 'targets'] as const)('%s under its threshold', async (role) => {
    const client = simulatedClient()
    client.repository.addKey(role)
    client.repository.root.roles[role].threshold = 3
    client.repository.publishRoot()
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_UNSIGNED'))
  })

  it('one key under many ids in place of many keys', async () => {
    const client = simulatedClient()
    const { root, signers } = client.repository
    const signer = signers.get('snapshot')![0]!
    const aliases = [1, 2, 3].map((number) => ({ ...signer, keyid: `alias ${number}` }))
    for (const { keyid, key } of aliases) {
      root.keys[keyid] = key
      root.roles.snapshot.keyids.push(keyid)
    }
    root.roles.snapshot.threshold = 2
    signers.set('snapshot', [signer, ...aliases])
    client.repository.publishRoot()
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_UNSIGNED'))
  })

  it('two signatures of one key', async () => {
    const client = simulatedClient()
    const [signer] = client.repository.signers.get('snapshot')!
    client.repository.signers.set('snapshot', [signer!, signer!])
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_INVALID'))
  })

  it('a role whose keys are named twice', async () => {
    const client = simulatedClient()
    const { keyids } = client.repository.root.roles.snapshot
    keyids.push(keyids[0]!)
    client.repository.publishRoot()
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_INVALID'))
  })

  it.each<[string, string, number]>([
    ['timestamp', 'timestamp.json', maxMetadataBytes.timestamp],
    ['snapshot', '1.snapshot.json', maxMetadataBytes.snapshot],
    ['targets', '1.targets.json', maxMetadataBytes.targets],
    ['root', '2.root.json', maxMetadataBytes.root],
  ])('%s without an end (endless data)', async (_, file, limit) => {
    const client = simulatedClient()
    client.repository.answers.set(file, new Uint8Array(limit + 1))
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_MISMATCH'))
  })

  it.each<[string, string]>([
    ['timestamp', '[]'],
    ['timestamp', '<html>'],
    ['timestamp', '{"signatures":[],"signed":{"_type":"root"}}'],
    ['timestamp', `${'['.repeat(7_000)}${']'.repeat(7_000)}`],
    ['timestamp', '{"signatures":[],"signed":0.5}'],
    ['snapshot', '{"signatures":{},"signed":{}}'],
    ['targets', '{}'],
  ])('%s that is %s', async (role, text) => {
    const client = simulatedClient()
    const file = role === 'timestamp' ? 'timestamp.json' : `1.${role}.json`
    client.repository.answers.set(file, new TextEncoder().encode(text))
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_INVALID'))
  })

  it('a timestamp that went back, and one that names an older snapshot (rollback)', async () => {
    const client = simulatedClient()
    client.repository.publish('targets')
    await client.refresh()
    client.repository.timestamp.version = 1
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_ROLLBACK'))
    client.repository.timestamp.version = 5
    client.repository.timestamp.meta['snapshot.json']!.version = 1
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_ROLLBACK'))
    expect(client.version('timestamp')).toBe(2)
  })

  it.each([false, true])('a snapshot that names older targets, with digests: %s', async (hashes) => {
    const client = simulatedClient()
    client.repository.hashes = hashes
    client.repository.publish('targets')
    client.repository.publish('targets')
    await client.refresh()
    client.repository.targets.get('targets')!.version = 1
    client.repository.publish()
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_ROLLBACK'))
    expect(client.version('snapshot')).toBe(3)
  })

  it('a timestamp of the same version that says something else: it is not even kept', async () => {
    const client = simulatedClient()
    await client.refresh()
    const kept = client.stored.get('timestamp')
    client.repository.timestamp.meta['snapshot.json']!.version = 100
    await client.refresh()
    expect(client.stored.get('timestamp')).toBe(kept)
  })

  it('an older snapshot in the place of the one that it keeps', async () => {
    const client = simulatedClient()
    client.repository.publish('targets')
    await client.refresh()
    client.repository.requests.length = 0
    client.repository.snapshot.version = 1
    await client.refresh()
    expect([client.version('snapshot'), client.repository.requests.at(-1)]).toEqual([2, 'timestamp.json'])
  })

  it.each(['0.9.0', '2.0.0', '1', 'one'])('metadata of version %s of the specification', async (version) => {
    const client = simulatedClient()
    client.repository.timestamp.spec_version = version
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_INVALID'))
    client.repository.timestamp.spec_version = '1.99.0'
    await client.refresh()
  })

  it('a snapshot that no longer names a role', async () => {
    const client = simulatedClient()
    client.repository.delegate('targets', { name: 'a' })
    client.repository.publish('targets')
    await client.refresh()
    client.repository.targets.delete('a')
    delete client.repository.snapshot.meta['a.json']
    client.repository.publish()
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_ROLLBACK'))
  })

  it('files of different times (mix and match)', async () => {
    const client = simulatedClient()
    client.repository.hashes = true
    client.repository.publish('targets')
    const old = client.repository.answer('2.targets.json')
    client.repository.publish('targets')
    client.repository.answers.set('3.targets.json', old)
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_MISMATCH'))
  })

  it('a snapshot of another version than the timestamp names', async () => {
    const client = simulatedClient()
    client.repository.snapshot.version = 9
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_MISMATCH'))
  })

  it('targets of another version than the snapshot names', async () => {
    const client = simulatedClient()
    client.repository.targets.get('targets')!.version = 2
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_MISMATCH'))
  })

  it('what the repository withholds', async () => {
    const client = simulatedClient()
    client.repository.answers.set('1.targets.json', undefined)
    await expect(client.refresh()).rejects.toEqual(refusal('HTTP_STATUS'))
    client.repository.answers.set('timestamp.json', undefined)
    await expect(client.refresh()).rejects.toEqual(refusal('HTTP_STATUS'))
  })
})

describe('expiry (indefinite freeze)', () => {
  it('of the last root ends the update after the root was kept', async () => {
    const client = simulatedClient()
    await client.refresh()
    client.repository.root.expires = past
    client.repository.publishRoot()
    client.repository.publish('targets')
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_EXPIRED'))
    expect([client.version('root'), client.version('timestamp')]).toEqual([2, 1])
    client.repository.root.expires = client.repository.timestamp.expires
    client.repository.publishRoot()
    await client.refresh()
    expect(client.version('targets')).toBe(2)
  })

  it.each(['timestamp', 'snapshot'] as const)('of %s', async (role) => {
    const client = simulatedClient()
    await client.refresh()
    client.repository[role].expires = past
    client.repository.publish('targets')
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_EXPIRED'))
    expect(client.version(role)).toBe(1)
  })

  it('of targets', async () => {
    const client = simulatedClient()
    client.repository.targets.get('targets')!.expires = past
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_EXPIRED'))
    expect(client.version('targets')).toBeUndefined()
  })

  it('of what the client keeps, when the repository gives the same again', async () => {
    const client = simulatedClient()
    client.repository.timestamp.expires = new Date(Date.now() + 7 * 86_400_000)
      .toISOString()
      .replace(/\.\d+/, '')
    await client.refresh()
    client.ahead = 18 * 86_400_000
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_EXPIRED'))
    client.repository.timestamp.expires = client.repository.root.expires
    client.repository.publish('targets')
    await client.refresh()
    expect(client.version('targets')).toBe(2)
  })

  it('still holds a new timestamp to the version of the expired one', async () => {
    const client = simulatedClient()
    client.repository.timestamp.expires = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, '')
    client.repository.timestamp.version = 9
    await client.refresh()
    client.ahead = 2 * 86_400_000
    client.repository.timestamp.expires = client.repository.root.expires
    client.repository.timestamp.version = 8
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_ROLLBACK'))
  })
})

describe('rotation of keys', () => {
  it('goes through every root, each signed by the one before', async () => {
    const client = simulatedClient()
    for (let rotation = 0; rotation < 3; rotation++) {
      const before = client.repository.signers.get('root')!
      client.repository.rotateKeys('root')
      const after = client.repository.signers.get('root')!
      client.repository.signers.set('root', [...before, ...after])
      client.repository.publishRoot()
      client.repository.signers.set('root', after)
    }
    await client.refresh()
    expect(client.version('root')).toBe(4)
  })

  it.each<[string, boolean, boolean]>([
    ['the old keys did not sign', false, true],
    ['the new keys did not sign', true, false],
  ])('is refused when %s', async (_, old, fresh) => {
    const client = simulatedClient()
    const before = client.repository.signers.get('root')!
    client.repository.rotateKeys('root')
    const after = client.repository.signers.get('root')!
    client.repository.signers.set('root', [...(old ? before : []), ...(fresh ? after : [])])
    client.repository.publishRoot()
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_UNSIGNED'))
    expect(client.version('root')).toBe(1)
  })

  it('skips no version of root', async () => {
    const client = simulatedClient()
    client.repository.root.version = 2
    client.repository.publishRoot() // version 3 at the place of version 2
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_ROLLBACK'))
  })

  it('of timestamp and snapshot undoes versions far ahead (fast-forward recovery)', async () => {
    const client = simulatedClient()
    client.repository.timestamp.version = 99_999
    client.repository.snapshot.version = 99_998
    client.repository.publish()
    await client.refresh()
    client.repository.rotateKeys('timestamp')
    client.repository.rotateKeys('snapshot')
    client.repository.publishRoot()
    client.repository.snapshot.version = 0
    client.repository.timestamp.version = 0
    client.repository.publish()
    await client.refresh()
    expect([client.version('timestamp'), client.version('snapshot')]).toEqual([1, 1])
  })

  it('of a stolen online key ends what it can sign', async () => {
    const client = simulatedClient()
    await client.refresh()
    const stolen = client.repository.signers.get('timestamp')!
    client.repository.rotateKeys('timestamp')
    client.repository.publishRoot()
    client.repository.signers.set('timestamp', stolen)
    client.repository.publish('targets')
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_UNSIGNED'))
  })
})
