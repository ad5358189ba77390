import { type TufRoot, tufSigner } from '@homing/testkit'
import { describe, expect, it } from 'vitest'

import { maxRootRotations } from '../config.ts'
import { simulatedClient, type SimulatedClient } from '../testing/simulated-client.ts'

const refusal = (code: string): unknown => expect.objectContaining({ code })
const signers = Array.from({ length: 10 }, () => tufSigner())

/** A version of a role: which keys may sign, how many must, and which did. */
type Signed = readonly [keys: readonly number[], threshold: number, signed: readonly number[]]

function sign(
  { repository }: SimulatedClient,
  role: keyof TufRoot['roles'],
  [keys, threshold, signed]: Signed,
): void {
  const { root } = repository
  for (const at of keys) root.keys[signers[at]!.keyid] = signers[at]!.key
  root.roles[role] = { keyids: keys.map((at) => signers[at]!.keyid), threshold }
  repository.signers.set(
    role,
    signed.map((at) => signers[at]!),
  )
}

describe('a chain of roots', () => {
  /** A client that trusts the first of these roots, in a repository that has them all. */
  const clientOf = (versions: readonly Signed[]): SimulatedClient => {
    const client = simulatedClient()
    const { repository, stored } = client
    repository.roots.length = 0
    repository.root.version = 0
    for (const version of versions) {
      sign(client, 'root', version)
      repository.publishRoot()
    }
    stored.set('root', repository.roots[0]!)
    return client
  }
  const five = [0, 1, 2, 3, 4]

  it.each<[string, Signed[]]>([
    [
      'a key that is replaced',
      [
        [[1], 1, [1]],
        [[2], 1, [2, 1]],
        [[2], 1, [2]],
      ],
    ],
    [
      'signatures that nobody asked for',
      [
        [[1], 1, [3, 1, 4]],
        [[2], 1, [3, 2, 1, 4]],
        [[2], 1, [3, 2, 4]],
      ],
    ],
    [
      'three of five, each time others',
      [
        [five, 3, [0, 2, 4]],
        [five, 3, [0, 4, 1]],
        [five, 3, [0, 1, 3]],
      ],
    ],
    [
      'one of five replaced',
      [
        [five, 3, [0, 2, 4]],
        [[0, 1, 3, 4, 5], 3, [0, 4, 1]],
      ],
    ],
    [
      'all of five replaced',
      [
        [five, 3, [0, 2, 4]],
        [[5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]],
        [[5, 6, 7, 8, 9], 3, [5, 6, 7]],
      ],
    ],
    [
      'a higher threshold',
      [
        [[1, 2, 3], 1, [1]],
        [[1, 2, 3], 2, [1, 2]],
      ],
    ],
    [
      'a lower threshold',
      [
        [[1, 2, 3], 2, [1, 2]],
        [[1, 2, 3], 1, [1, 2]],
        [[1, 2, 3], 1, [1]],
      ],
    ],
  ])('is followed: %s', async (_, versions) => {
    const client = clientOf(versions)
    await client.refresh()
    expect(client.stored.get('root')).toBe(client.repository.roots.at(-1))
  })

  it.each<[string, Signed[]]>([
    [
      'the old key did not sign',
      [
        [[1], 1, [1]],
        [[2], 1, [2, 3, 4]],
      ],
    ],
    [
      'the new key did not sign',
      [
        [[1], 1, [1]],
        [[2], 1, [1, 3, 4]],
      ],
    ],
    [
      'too few of the new keys signed',
      [
        [five, 3, [0, 2, 4]],
        [[0, 1, 3, 4, 5], 3, [0, 2, 4]],
      ],
    ],
    [
      'too few of the old keys signed',
      [
        [five, 3, [0, 2, 4]],
        [[0, 1, 3, 4, 5], 3, [0, 4, 5]],
      ],
    ],
    [
      'a higher threshold is not reached',
      [
        [[1, 2, 3], 1, [1]],
        [[1, 2, 3], 2, [2]],
      ],
    ],
    [
      'a lower threshold is reached, that of before is not',
      [
        [[1, 2, 3], 2, [1, 2]],
        [[1, 2, 3], 1, [1]],
      ],
    ],
  ])('ends where %s', async (_, versions) => {
    const client = clientOf(versions)
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_UNSIGNED'))
    expect(client.stored.get('root')).toBe(client.repository.roots.at(-2))
  })

  it('may hold roots that expired long ago, also the one that came with the app', async () => {
    const client = simulatedClient()
    const { repository, stored } = client
    const { expires } = repository.root
    repository.root.expires = '2020-01-01T00:00:00Z'
    repository.publishRoot()
    stored.set('root', repository.roots[1]!)
    repository.publishRoot()
    repository.root.expires = expires
    repository.publishRoot()
    await client.refresh()
    expect(client.version('root')).toBe(4)
  })

  it('without an end is taken a part at a time', async () => {
    const client = simulatedClient()
    for (let at = 0; at < maxRootRotations + 1; at++) client.repository.publishRoot()
    await client.refresh()
    expect(client.version('root')).toBe(maxRootRotations + 1)
    await client.refresh()
    expect(client.version('root')).toBe(maxRootRotations + 2)
  })

  it('with a threshold that nobody reaches is none', async () => {
    const client = simulatedClient()
    client.repository.root.roles.timestamp.threshold = 0
    client.repository.publishRoot()
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_INVALID'))
    expect(client.version('root')).toBe(1)
  })
})

describe.each(['timestamp', 'snapshot', 'targets'] as const)('the keys of %s', (role) => {
  it.each<[string, Signed, boolean]>([
    ['a new one signs', [[2], 1, [2]], true],
    ['others sign as well', [[1], 1, [3, 1, 4]], true],
    ['three of five sign', [[0, 1, 2, 3, 4], 3, [4, 2, 3]], true],
    ['the old one signs for the new', [[2], 1, [1, 3, 4]], false],
    ['another signs for one of three', [[0, 1, 3, 4, 5], 3, [0, 2, 4]], false],
    ['two of three sign', [[0, 1, 3, 4, 5], 3, [0, 4]], false],
  ])('change: %s', async (_, signed, taken) => {
    const client = simulatedClient()
    await client.refresh()
    sign(client, role, signed)
    client.repository.publishRoot()
    client.repository.publish('targets')
    if (taken) await client.refresh()
    else await expect(client.refresh()).rejects.toEqual(refusal('METADATA_UNSIGNED'))
    expect([client.version('root'), client.version(role)]).toEqual([2, taken ? 2 : 1])
  })

  it('are worth nothing once they were stolen and replaced', async () => {
    const client = simulatedClient()
    await client.refresh()
    const stolen = client.repository.signers.get(role)!
    client.repository.rotateKeys(role)
    client.repository.publishRoot()
    client.repository.publish('targets')
    await client.refresh()
    client.repository.signers.set(role, stolen)
    client.repository.publish('targets')
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_UNSIGNED'))
    expect(client.version(role)).toBe(2)
  })
})

describe('versions far ahead, by a thief with the keys (fast-forward)', () => {
  it('of targets are undone with a new key of snapshot', async () => {
    const client = simulatedClient()
    const { repository } = client
    const targets = repository.targets.get('targets')!
    targets.version = 99_999
    repository.publish()
    await client.refresh()
    targets.version = 1
    repository.publish('targets')
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_ROLLBACK'))
    repository.rotateKeys('snapshot')
    repository.publishRoot()
    repository.publish()
    await client.refresh()
    expect(client.version('targets')).toBe(2)
  })

  it('of a delegated role are undone so, too', async () => {
    const client = simulatedClient()
    const { repository } = client
    const delegated = repository.delegate('targets', { name: 'rollouts' })
    repository.addTarget('file', 'content', 'rollouts')
    delegated.version = 99_999
    repository.publish('targets')
    await client.download('file')
    delegated.version = 2
    repository.rotateKeys('snapshot')
    repository.publishRoot()
    repository.publish()
    expect(await client.download('file')).toBe('content')
    expect(client.version('rollouts')).toBe(2)
  })

  it('of the timestamp are undone with a new key of its own', async () => {
    const client = simulatedClient()
    client.repository.timestamp.version = 99_999
    await client.refresh()
    client.repository.rotateKeys('timestamp')
    client.repository.publishRoot()
    client.repository.timestamp.version = 1
    await client.refresh()
    expect(client.version('timestamp')).toBe(1)
  })
})
