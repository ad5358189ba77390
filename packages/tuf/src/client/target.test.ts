import { createHash } from 'node:crypto'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { maxVisitedRoles } from '../config.ts'
import { simulatedClient } from '../testing/simulated-client.ts'
import { matchesPattern } from './path-pattern.ts'

const refusal = (code: string): unknown => expect.objectContaining({ code })

describe('download', () => {
  it.each([
    'file.txt',
    'path/to/a/file.txt',
    'a b.txt',
    'ünïcödé/☃.json',
    '100%.txt',
    'a#b?c&d.txt',
    '(1)!.txt',
    'constructor',
    'prototype',
  ])('gives the verified bytes of %s', async (path) => {
    const client = simulatedClient()
    client.repository.addTarget(path, 'content')
    client.repository.publish('targets')
    expect(await client.download(path)).toBe('content')
  })

  it('asks for plain names where snapshots are not consistent', async () => {
    const client = simulatedClient()
    client.repository.root.consistent_snapshot = false
    client.repository.publishRoot()
    client.repository.addTarget('folder/file.txt', 'content')
    client.repository.publish('targets')
    expect(await client.download('folder/file.txt')).toBe('content')
    expect(client.repository.requests.at(-1)).toBe('targets/folder/file.txt')
  })

  it.each(['content of a thief', 'conten!', ''])(
    'refuses "%s" in place of the target (wrong software)',
    async (body) => {
      const client = simulatedClient()
      client.repository.addTarget('file.txt', 'content')
      client.repository.publish('targets')
      client.repository.bodies.set('file.txt', new TextEncoder().encode(body))
      await expect(client.download('file.txt')).rejects.toEqual(refusal('METADATA_MISMATCH'))
    },
  )

  it('refuses a target of which no known digest is given', async () => {
    const client = simulatedClient()
    client.repository.addTarget('file.txt', 'content')
    client.repository.targets.get('targets')!.targets['file.txt']!.hashes = { md5: 'ab' }
    client.repository.bodies.set('ab.file.txt', new TextEncoder().encode('content'))
    client.repository.publish('targets')
    await expect(client.download('file.txt')).rejects.toEqual(refusal('METADATA_MISMATCH'))
  })

  it.each(['missing', '__proto__', 'constructor', 'toString'])(
    'knows no target "%s" that nobody lists',
    async (path) => {
      await expect(simulatedClient().download(path)).rejects.toEqual(refusal('TARGET_UNKNOWN'))
    },
  )
})

describe('delegations', () => {
  type Edge = [from: string, to: string, options?: { terminating?: boolean; paths?: string[] }]
  /** Which roles a search for `path` visits. */
  const visits = async (path: string, edges: Edge[]): Promise<string[]> => {
    const client = simulatedClient()
    for (const [from, name, options] of edges) client.repository.delegate(from, { name, ...options })
    client.repository.publish(...client.repository.targets.keys())
    await expect(client.download(path)).rejects.toEqual(refusal('TARGET_UNKNOWN'))
    return client.repository.requests.slice(4).map((request) => request.replace(/^\d+\.|\.json$/g, ''))
  }

  it.each<[string, Edge[], string]>([
    [
      'in order',
      [
        ['targets', 'a'],
        ['targets', 'b'],
      ],
      'a b',
    ],
    [
      'depth first',
      [
        ['targets', 'a'],
        ['targets', 'b'],
        ['a', 'c'],
        ['a', 'd'],
      ],
      'a c d b',
    ],
    [
      'up to a terminating one',
      [
        ['targets', 'a'],
        ['targets', 'b'],
        ['a', 'c', { terminating: true }],
        ['a', 'd'],
        ['c', 'e'],
      ],
      'a c e',
    ],
    [
      'where their paths match',
      [
        ['targets', 'a', { paths: ['*.py'] }],
        ['targets', 'b'],
        ['a', 'c'],
      ],
      'b',
    ],
    [
      'once, in circles',
      [
        ['targets', 'a'],
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
      ],
      'a b c',
    ],
    [
      'once, by two ways',
      [
        ['targets', 'a'],
        ['targets', 'b'],
        ['b', 'c'],
        ['a', 'c'],
      ],
      'a c b',
    ],
  ])('are searched %s', async (_, edges, order) => {
    expect((await visits('some-path', edges)).join(' ')).toBe(order)
  })

  it.each(['?', '#', '/delegated', '../delegated', 'a b', 'ünï', '..', '%2e'])(
    'may be called "%s"',
    async (name) => {
      expect(await visits('path', [['targets', name]])).toHaveLength(1)
    },
  )

  it('end after so many roles', async () => {
    const chain = Array.from({ length: maxVisitedRoles + 8 }, (_, at): Edge => [
      at === 0 ? 'targets' : `r${at - 1}`,
      `r${at}`,
    ])
    expect(await visits('path', chain)).toHaveLength(maxVisitedRoles - 1)
  })

  it('give the target of the first role that lists it', async () => {
    const client = simulatedClient()
    client.repository.delegate('targets', { name: 'a', paths: ['releases/*/*'] })
    client.repository.delegate('targets', { name: 'b' })
    client.repository.addTarget('releases/x/file', 'of a', 'a')
    client.repository.publish('targets', 'a', 'b')
    expect(await client.download('releases/x/file')).toBe('of a')
  })

  it('do not let a role vouch for what nobody delegated to it', async () => {
    const client = simulatedClient()
    client.repository.delegate('targets', { name: 'a', paths: ['a/*'] })
    client.repository.addTarget('b/file', 'of a', 'a')
    client.repository.publish('targets', 'a')
    await expect(client.download('b/file')).rejects.toEqual(refusal('TARGET_UNKNOWN'))
  })

  it("go by prefixes of the path's digest", async () => {
    const client = simulatedClient()
    const digest = createHash('sha256').update('file').digest('hex')
    const other = digest.startsWith('0') ? '1' : '0'
    client.repository.delegate('targets', { name: 'not', path_hash_prefixes: [other] })
    client.repository.delegate('targets', { name: 'yes', path_hash_prefixes: [other, digest.slice(0, 3)] })
    client.repository.addTarget('file', 'found', 'yes')
    client.repository.publish('targets', 'yes', 'not')
    expect(await client.download('file')).toBe('found')
  })

  it('are verified by the keys that the delegating role names', async () => {
    const client = simulatedClient()
    client.repository.delegate('targets', { name: 'a' })
    client.repository.signers.set('a', client.repository.signers.get('targets')!)
    client.repository.publish('targets', 'a')
    await expect(client.download('path')).rejects.toEqual(refusal('METADATA_UNSIGNED'))
  })

  it.each(['root', 'targets', ''])('cannot be called "%s"', async (name) => {
    const client = simulatedClient()
    const { targets } = client.repository
    targets.get('targets')!.delegations = {
      keys: {},
      roles: [{ name, keyids: [], threshold: 1, terminating: false, paths: ['*'] }],
    }
    await expect(client.refresh()).rejects.toEqual(refusal('METADATA_INVALID'))
  })
})

describe('matchesPattern', () => {
  it.each<[string, string, boolean]>([
    ['a.txt', '*.txt', true],
    ['a/b.txt', '*.txt', false],
    ['a/b.txt', '*/*.txt', true],
    ['a/b/c.txt', 'a/*', false],
    ['models/digits/1.0.0/manifest.json', 'models/*/*/manifest.json', true],
    ['models/digits/x/y/manifest.json', 'models/*/*/manifest.json', false],
    ['ab', 'a?', true],
    ['a/', 'a?', false],
    ['b1', '[a-c][0-9]', true],
    ['d1', '[!a-c]1', true],
    ['a]', 'a[]]', true],
    ['a+b', 'a+b', true],
    ['aab', 'a+b', false],
    ['a[', 'a[', true],
    ['z', '[z-a]', false],
    ['', '*', true],
  ])('%s, %s: %s', (path, pattern, expected) => {
    expect(matchesPattern(path, pattern)).toBe(expected)
  })

  it('throws for no pattern', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (path, pattern) => void matchesPattern(path, pattern)))
  })
})
