import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'

import type { Registry, VersionRecord } from './registry.ts'

/** What a contract run needs of an adapter. */
export interface RegistryUnderTest {
  /** An empty database; each `connect` is another connection to it, as another process would have. */
  create(): Promise<{ connect(): Promise<Registry> }>
}

const record = (version: string, model = 'digits', hash = 'a'): VersionRecord => ({
  model,
  version,
  engine: 'onnx',
  manifest: { sha256: hash.repeat(64), size: 2 ** 40 },
  publishedAt: '2026-11-23T08:00:00.000Z',
})

/** The guarantees of `Registry`, held by every adapter. */
export function registryContract(name: string, subject: RegistryUnderTest): void {
  const open = async (connections = 1): Promise<Registry[]> => {
    const database = await subject.create()
    const registries: Registry[] = []
    for (let i = 0; i < connections; i++) registries.push(await database.connect())
    onTestFinished(async () => void (await Promise.all(registries.map((registry) => registry.close()))))
    return registries
  }

  describe(`${name} as a registry`, () => {
    test('is empty at first', async () => {
      const [registry] = await open()
      expect(await registry!.versions()).toEqual([])
      expect(await registry!.rollouts()).toEqual([])
      await registry!.check()
    })

    test('gives back what was added, with requirements and without', async () => {
      const [registry] = await open()
      const demanding = { ...record('2.0.0'), requirements: { sdk: '1.0.0', features: ['webgpu' as const] } }
      expect(await registry!.addVersion(record('1.0.0'))).toEqual({ added: true, stored: record('1.0.0') })
      expect(await registry!.addVersion(demanding)).toEqual({ added: true, stored: demanding })
      expect(await registry!.versions('digits')).toEqual([demanding, record('1.0.0')])
    })

    test('keeps the first of two versions with one number', async () => {
      const [registry] = await open()
      await registry!.addVersion(record('1.0.0'))
      expect(await registry!.addVersion(record('1.0.0', 'digits', 'b'))).toEqual({
        added: false,
        stored: record('1.0.0'),
      })
      expect(await registry!.versions()).toEqual([record('1.0.0')])
    })

    test('orders by model, then from new to old as versions go', async () => {
      const [registry] = await open()
      for (const [version, model] of [
        ['1.9.0', 'wine'],
        ['1.10.0', 'wine'],
        ['1.10.0-rc.1', 'wine'],
        ['0.1.0', 'digits'],
      ] as const) {
        await registry!.addVersion(record(version, model))
      }
      const order = (await registry!.versions()).map(({ model, version }) => `${model} ${version}`)
      expect(order).toEqual(['digits 0.1.0', 'wine 1.10.0', 'wine 1.10.0-rc.1', 'wine 1.9.0'])
      expect(await registry!.versions('nothing')).toEqual([])
    })

    test('one of many connections adds a version, and all see which', async () => {
      const registries = await open(4)
      const hashes = ['a', 'b', 'c', 'd']
      const outcomes = await Promise.all(
        registries.map((registry, i) => registry.addVersion(record('1.0.0', 'digits', hashes[i]))),
      )
      expect(outcomes.filter(({ added }) => added)).toHaveLength(1)
      const winner = outcomes.find(({ added }) => added)!.stored
      for (const { stored } of outcomes) expect(stored).toEqual(winner)
      for (const registry of registries) expect(await registry.versions()).toEqual([winner])
    })

    test('a rollout advances by one revision or not at all, whoever comes when', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ by: fc.nat({ max: 1 }), revision: fc.integer({ min: 1, max: 6 }) }), {
            maxLength: 20,
          }),
          async (steps) => {
            const registries = await open(2)
            let present = 0
            for (const [i, { by, revision }] of steps.entries()) {
              const document = `step ${i}`
              const advanced = await registries[by]!.advanceRollout(
                { model: 'digits', revision, document },
                0,
              )
              expect(advanced).toBe(revision === present + 1)
              if (advanced) {
                present = revision
                expect(await registries[1 - by]!.rollouts('digits')).toEqual([
                  { model: 'digits', revision, document: `step ${i}` },
                ])
              }
            }
            await Promise.all(registries.map((registry) => registry.close()))
          },
        ),
        { numRuns: 30 },
      )
    })

    test('of many who advance a rollout at once, one does', async () => {
      const registries = await open(4)
      for (const revision of [1, 2, 3]) {
        const outcomes = await Promise.all(
          registries.map((registry, i) =>
            registry.advanceRollout({ model: 'digits', revision, document: `by ${i}` }, 0),
          ),
        )
        expect(outcomes.filter(Boolean)).toHaveLength(1)
        expect(await registries[0]!.rollouts()).toEqual([
          { model: 'digits', revision, document: `by ${outcomes.indexOf(true)}` },
        ])
      }
    })

    test('keeps what it was told when it is opened again, and closes twice', async () => {
      const database = await subject.create()
      const first = await database.connect()
      await first.addVersion(record('1.0.0'))
      await first.close()
      await first.close()
      await expect(first.check()).rejects.toThrow()
      const second = await database.connect()
      expect(await second.versions()).toEqual([record('1.0.0')])
      await second.close()
    })
  })
}
