import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'

import type { MetadataRecord, MetadataRepository } from './metadata-repository.ts'
import type { Registry } from './registry.ts'

/** One connection to the database, as one process has it. */
export interface MetadataConnection {
  readonly metadata: MetadataRepository
  readonly registry: Registry
}

/** What a contract run needs of an adapter. */
export interface MetadataUnderTest {
  /** An empty database; each `connect` is another connection to it. */
  create(): Promise<{ connect(): Promise<MetadataConnection> }>
}

const record = (role: string, version: number, text = `{"${role}":${version}}`): MetadataRecord => ({
  role,
  version,
  bytes: new Uint8Array(Buffer.from(text)),
})

const head = (version: number, root = 1, text?: string) => ({
  timestamp: record('timestamp', version, text),
  root,
})

/** The guarantees of `MetadataRepository`, held by every adapter. */
export function metadataRepositoryContract(name: string, subject: MetadataUnderTest): void {
  const open = async (connections = 1): Promise<MetadataConnection[]> => {
    const database = await subject.create()
    const opened = await Promise.all(Array.from({ length: connections }, () => database.connect()))
    onTestFinished(async () => void (await Promise.all(opened.map(({ registry }) => registry.close()))))
    return opened
  }

  describe(`${name} as a repository of metadata`, () => {
    test('is empty at first', async () => {
      const [{ metadata }] = (await open()) as [MetadataConnection]
      expect(await metadata.newest()).toEqual(new Map())
      expect(await metadata.find('root', 1)).toBeUndefined()
      expect(await metadata.head()).toBeUndefined()
      expect(await metadata.onlineTargets()).toEqual([])
    })

    test('keeps every byte of every version', async () => {
      const [{ metadata }] = (await open()) as [MetadataConnection]
      let version = 0
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
          const submitted = record('publisher', ++version, `\uFEFF${JSON.stringify({ text })}\r\n`)
          expect(await metadata.submit(submitted, 0)).toBe(true)
          expect(await metadata.find('publisher', version)).toEqual(submitted)
          expect((await metadata.newest()).get('publisher')).toEqual(submitted)
        }),
        { numRuns: 15, examples: [['\0 and more'], ['\u{10FFFF}']] },
      )
    })

    test('takes the next version of a role alone, and never another in its place', async () => {
      const [{ metadata }] = (await open()) as [MetadataConnection]
      expect(await metadata.submit(record('root', 2), 0)).toBe(false)
      expect(await metadata.submit(record('root', 1), 0)).toBe(true)
      for (const version of [0, 1, 3]) {
        expect(await metadata.submit(record('root', version, 'another'), 0)).toBe(false)
      }
      expect(await metadata.submit(record('root', 2), 0)).toBe(true)
      expect(await metadata.submit(record('targets', 1), 0)).toBe(true)
      expect(await metadata.newest()).toEqual(
        new Map([
          ['root', record('root', 2)],
          ['targets', record('targets', 1)],
        ]),
      )
      expect(await metadata.find('root', 1)).toEqual(record('root', 1))
    })

    test('of many who submit at once, one is first, and all see whose it was', async () => {
      const connections = await open(4)
      for (const version of [1, 2, 3]) {
        const outcomes = await Promise.all(
          connections.map(({ metadata }, i) => metadata.submit(record('publisher', version, `by ${i}`), 0)),
        )
        expect(outcomes.filter(Boolean)).toHaveLength(1)
        const winner = record('publisher', version, `by ${outcomes.indexOf(true)}`)
        for (const { metadata } of connections)
          expect((await metadata.newest()).get('publisher')).toEqual(winner)
      }
    })

    test('submits only while the rollouts are those that were looked at', async () => {
      const [{ metadata, registry }] = (await open()) as [MetadataConnection]
      await registry.advanceRollout({ model: 'digits', revision: 1, document: '{}' }, 0)
      await registry.advanceRollout({ model: 'wine', revision: 1, document: '{}' }, 0)
      expect(await metadata.submit(record('publisher', 1), 1)).toBe(false)
      expect(await metadata.submit(record('publisher', 1), 2)).toBe(true)
      expect(await registry.advanceRollout({ model: 'wine', revision: 2, document: '{}' }, 0)).toBe(false)
      expect(await registry.advanceRollout({ model: 'new', revision: 1, document: '{}' }, 0)).toBe(false)
      expect(await registry.advanceRollout({ model: 'wine', revision: 2, document: '{}' }, 1)).toBe(true)
    })

    test('publishes everything or nothing, one timestamp after another', async () => {
      const [{ metadata }] = (await open()) as [MetadataConnection]
      expect(await metadata.publish([record('snapshot', 1)], head(2))).toBe(false)
      expect(await metadata.publish([record('snapshot', 1), record('rollouts', 1)], head(1))).toBe(true)
      expect(await metadata.publish([record('snapshot', 2)], head(1, 1, 'another'))).toBe(false)
      expect(await metadata.find('snapshot', 2)).toBeUndefined()
      expect(await metadata.head()).toEqual(head(1))
      expect(await metadata.publish([], head(2, 3))).toBe(true)
      expect(await metadata.head()).toEqual(head(2, 3))
      expect([...(await metadata.newest()).keys()]).toEqual(['rollouts', 'snapshot', 'timestamp'])
    })

    test('of many who publish at once, one does', async () => {
      const connections = await open(4)
      for (const version of [1, 2, 3]) {
        const outcomes = await Promise.all(
          connections.map(({ metadata }, i) =>
            metadata.publish(
              [record('snapshot', version, `snapshot by ${i}`)],
              head(version, i + 1, `by ${i}`),
            ),
          ),
        )
        expect(outcomes.filter(Boolean)).toHaveLength(1)
        const winner = outcomes.indexOf(true)
        for (const { metadata } of connections) {
          expect(await metadata.head()).toEqual(head(version, winner + 1, `by ${winner}`))
          expect(await metadata.find('snapshot', version)).toEqual(
            record('snapshot', version, `snapshot by ${winner}`),
          )
        }
      }
    })

    test('tells what there is, and removes what it is told to', async () => {
      const [{ metadata }] = (await open()) as [MetadataConnection]
      await metadata.submit(record('root', 1), 0)
      await metadata.publish([record('snapshot', 1)], head(1))
      await metadata.publish([record('snapshot', 2)], head(2))
      await metadata.remove([{ role: 'snapshot', version: 1 }])
      await metadata.remove([
        { role: 'snapshot', version: 1 },
        { role: 'timestamp', version: 1 },
      ])
      expect(await metadata.names()).toEqual([
        { role: 'root', version: 1 },
        { role: 'snapshot', version: 2 },
        { role: 'timestamp', version: 2 },
      ])
      expect(await metadata.head()).toEqual(head(2))
      expect(await metadata.publish([record('snapshot', 3)], head(3))).toBe(true)
    })

    test('keeps the last file of each path for the own key to vouch for', async () => {
      const [{ metadata }] = (await open()) as [MetadataConnection]
      const target = (path: string, text: string) => ({ path, bytes: new Uint8Array(Buffer.from(text)) })
      await metadata.putOnlineTarget(target('patches/wine/1.0.0.json', 'a'))
      await metadata.putOnlineTarget(target('patches/digits/1.0.0.json', 'b'))
      await metadata.putOnlineTarget(target('patches/wine/1.0.0.json', 'c'))
      expect(await metadata.onlineTargets()).toEqual([
        target('patches/digits/1.0.0.json', 'b'),
        target('patches/wine/1.0.0.json', 'c'),
      ])
    })

    test('keeps what it was told when it is opened again', async () => {
      const database = await subject.create()
      const first = await database.connect()
      await first.metadata.submit(record('root', 1), 0)
      await first.metadata.publish([record('snapshot', 1)], head(1))
      await first.registry.close()
      const second = await database.connect()
      expect(await second.metadata.find('root', 1)).toEqual(record('root', 1))
      expect(await second.metadata.head()).toEqual(head(1))
      await second.registry.close()
    })
  })
}
