import { type TufKeyType, tufSigner } from '@homing/testkit'
import { describe, expect, it } from 'vitest'

import { simulatedClient, type SimulatedClient } from '../testing/simulated-client.ts'

const day = 86_400_000
const inDays = (days: number): string => new Date(Date.now() + days * day).toISOString().replace(/\.\d+/, '')
const refusal = (code: string): unknown => expect.objectContaining({ code })

/** A client of a repository in which `role` vouches for `folder/first` and `folder/second`. */
function delegating(type?: TufKeyType): SimulatedClient {
  const client = simulatedClient()
  const { repository } = client
  repository.delegate('targets', { name: 'role', paths: ['folder/*'] }, type)
  for (const name of ['first', 'second']) repository.addTarget(`folder/${name}`, name, 'role')
  repository.publish('targets')
  return client
}

describe('a delegated role', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('signs with %s', async (type) => {
    expect(await delegating(type).download('folder/first')).toBe('first')
  })

  it('that expired before the client saw it vouches for nothing, and is not kept', async () => {
    const client = delegating()
    client.repository.targets.get('role')!.expires = inDays(-1)
    client.repository.publish('role')
    await client.refresh()
    await expect(client.download('folder/first')).rejects.toEqual(refusal('METADATA_EXPIRED'))
    expect(client.version('role')).toBeUndefined()
  })

  it('that the client keeps vouches for nothing once it has expired, until there is a newer one', async () => {
    const client = delegating()
    const role = client.repository.targets.get('role')!
    role.expires = inDays(7)
    client.repository.publish('role')
    expect(await client.download('folder/first')).toBe('first')
    client.ahead = 18 * day
    await expect(client.download('folder/second')).rejects.toEqual(refusal('METADATA_EXPIRED'))
    role.expires = inDays(21)
    client.repository.publish('role')
    expect(await client.download('folder/second')).toBe('second')
  })

  it('never goes back: the snapshot holds it to its version', async () => {
    const client = delegating()
    client.repository.publish('role')
    await client.download('folder/first')
    client.repository.targets.get('role')!.version = 1
    client.repository.publish()
    await expect(client.download('folder/first')).rejects.toEqual(refusal('METADATA_ROLLBACK'))
    expect(client.version('role')).toBe(2)
  })

  it.each([
    ['of another version', false],
    ['with other digests', true],
  ])('%s than the snapshot names is refused (mix and match)', async (_, hashes) => {
    const client = delegating()
    client.repository.hashes = hashes
    client.repository.publish('role')
    const role = client.repository.targets.get('role')!
    if (hashes) client.repository.addTarget('folder/third', 'of a thief with the key', 'role')
    else role.version = 7
    await expect(client.download('folder/first')).rejects.toEqual(refusal('METADATA_MISMATCH'))
  })

  it('that is withheld, or not named by the snapshot, ends the search', async () => {
    const client = delegating()
    client.repository.answers.set('1.role.json', undefined)
    await expect(client.download('folder/first')).rejects.toEqual(refusal('HTTP_STATUS'))
    const other = delegating()
    Reflect.deleteProperty(other.repository.snapshot.meta, 'role.json')
    await expect(other.download('folder/first')).rejects.toEqual(refusal('METADATA_MISMATCH'))
  })

  it('that signs a document of another type is refused', async () => {
    const client = delegating()
    Object.assign(client.repository.targets.get('role')!, { _type: 'snapshot', meta: {} })
    await expect(client.download('folder/first')).rejects.toEqual(refusal('METADATA_INVALID'))
  })

  it('whose key was stolen and replaced signs no longer by the old one', async () => {
    const client = delegating()
    await client.download('folder/first')
    const { repository } = client
    const stolen = repository.signers.get('role')!
    const delegations = repository.targets.get('targets')!.delegations!
    delegations.keys = {}
    delegations.roles[0]!.keyids = []
    repository.signers.set('role', [])
    repository.addKey('role', 'targets')
    repository.publish('targets', 'role')
    expect(await client.download('folder/second')).toBe('second')
    repository.signers.set('role', stolen)
    repository.addTarget('folder/first', 'of a thief', 'role')
    repository.publish('role')
    await expect(client.download('folder/first')).rejects.toEqual(refusal('METADATA_UNSIGNED'))
  })

  it('under its threshold vouches for nothing, whoever else signs', async () => {
    const client = delegating()
    const { repository } = client
    repository.targets.get('targets')!.delegations!.roles[0]!.threshold = 2
    repository.publish('targets')
    await expect(client.download('folder/first')).rejects.toEqual(refusal('METADATA_UNSIGNED'))
    repository.signers.get('role')!.push(tufSigner())
    await expect(client.download('folder/first')).rejects.toEqual(refusal('METADATA_UNSIGNED'))
    repository.signers.get('role')!.pop()
    repository.addKey('role', 'targets')
    repository.publish('targets')
    expect(await client.download('folder/first')).toBe('first')
  })

  it('may have keys whose ids are no digests', async () => {
    const client = simulatedClient()
    const { repository } = client
    repository.delegate('targets', { name: 'role' })
    repository.addTarget('file', 'content', 'role')
    const delegations = repository.targets.get('targets')!.delegations!
    const [signer] = repository.signers.get('role')!
    delegations.keys = { 'an id of old': signer!.key }
    delegations.roles[0]!.keyids = ['an id of old']
    repository.signers.set('role', [{ ...signer!, keyid: 'an id of old' }])
    repository.publish('targets')
    expect(await client.download('file')).toBe('content')
  })
})
