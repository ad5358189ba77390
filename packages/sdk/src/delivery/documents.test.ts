import { canonicalBytes, type ErrorCode, paths, type Rollout } from '@homing/protocol'
import {
  type Fault,
  type FaultyRepository,
  publishSamples,
  sampleVersion,
  type SampleVersion,
  startFaultyRepository,
} from '@homing/testkit'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { maxAttempts } from './config.ts'
import { createDocuments, type Documents } from './documents.ts'
import { hastyPlatform } from './hasty-platform.ts'
import { createMapContent, type MapContent } from './map-content.ts'

const day = 86_400_000
const seconds = (time: number): string => new Date(time).toISOString().replace(/\.\d+/, '')
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

describe('documents', async () => {
  const sample = await sampleVersion({ model: 'digits', version: '1.0.0' })
  const next = await sampleVersion({ model: 'digits', version: '1.1.0', seed: 2 })
  let server: FaultyRepository
  let store: MapContent
  let documents: Documents
  let turn: Promise<unknown>
  /** Milliseconds by which the device's clock is ahead. */
  let ahead: number

  const open = (options: { root?: string; url?: string; fetch?: typeof fetch } = {}): Documents =>
    createDocuments({
      repository: options.url ?? server.url,
      root: bytesOf(options.root ?? server.root),
      store,
      platform: {
        ...hastyPlatform(),
        time: () => Date.now() + ahead,
        ...(options.fetch ? { fetch: options.fetch } : {}),
      },
      alone: (_name, _signal, work) =>
        (turn = turn.catch(() => undefined).then(work)) as ReturnType<typeof work>,
    })
  /** What is asked for while `work` runs, by the names without versions and digests. */
  const requestsOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    const before = server.requests.length
    await work()
    return server.requests.slice(before).map(({ document }) => document)
  }
  const look = () => documents.rollout('digits')
  /** What is asked for once a day, the one beside the other. */
  const daily = ['metadata/root.json', 'metadata/timestamp.json']
  /** Signs what the server holds as `change` leaves it. */
  const resign = (change: (tuf: FaultyRepository['tuf']) => void): void => {
    change(server.tuf)
    server.write()
  }

  beforeEach(async () => {
    server = await startFaultyRepository()
    publishSamples(server, [sample])
    store = createMapContent()
    ahead = 0
    turn = Promise.resolve()
    documents = open()
  })
  afterEach(() => server.close())

  describe('what is signed', () => {
    it('gives the rollout and the manifest with its bytes, by names with digests', async () => {
      expect(await look()).toMatchObject({ champion: '1.0.0' })
      const { bytes, manifest, base } = await documents.manifest('digits', sample.listed)
      expect(manifest).toEqual(sample.manifest)
      expect(bytes).toEqual(sample.manifestBytes)
      expect(base).toBeUndefined()
      const asked = server.requests.map(({ path }) => path)
      expect(asked).toContain(`models/digits/1.0.0/${sample.listed.manifest.sha256}.manifest.json`)
      expect(asked.find((path) => path.startsWith('rollouts/'))).toMatch(
        /^rollouts\/[0-9a-f]{64}\.digits\.json$/,
      )
    })

    it('knows no model without a rollout', async () => {
      for (const model of ['wine', '../digits', ''])
        await expect(documents.rollout(model)).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' })
    })

    it('finds the folder with and without a slash at its end, below another folder', async () => {
      for (const [path, bytes] of [...server.files]) server.files.set(`deep/er/${path}`, bytes)
      for (const base of ['deep/er', 'deep/er/']) {
        expect((await open({ url: server.url + base }).rollout('digits')).champion).toBe('1.0.0')
        expect(server.requests.every(({ path }) => path.startsWith('deep/er/'))).toBe(true)
      }
    })

    const rollout = (change: object): Uint8Array =>
      canonicalBytes({
        format: 1,
        model: 'digits',
        revision: 1,
        champion: '1.0.0',
        versions: [sample.listed],
        ...change,
      })
    it.each([
      ['not JSON', bytesOf('rollout')],
      ['empty', new Uint8Array()],
      ['of another model', rollout({ model: 'wine' })],
      ['without its champion', rollout({ champion: '9.9.9' })],
      ['of another format', rollout({ format: 2 })],
    ])('refuses a signed rollout that is %s', async (_what, bytes) => {
      server.files.set(paths.rollout('digits'), bytes)
      server.sign()
      await expect(look()).rejects.toMatchObject({ code: 'ROLLOUT_INVALID' })
    })

    it('refuses a version that nobody has signed, and one in whose place another was', async () => {
      const lists = async (sample: SampleVersion): Promise<void> => {
        const rollout: Rollout = {
          ...(await look()),
          champion: sample.listed.version,
          versions: [sample.listed],
        }
        server.files.set(paths.rollout('digits'), canonicalBytes(rollout))
        server.sign()
        await look()
      }
      await lists(next)
      const unsigned = documents.manifest('digits', next.listed)
      await expect(unsigned).rejects.toMatchObject({ code: 'VERSION_UNTRUSTED' })
      const forged = await sampleVersion({ model: 'digits', version: '1.0.0', seed: 7 })
      await lists(forged)
      const replaced = documents.manifest('digits', forged.listed)
      await expect(replaced).rejects.toMatchObject({ code: 'VERSION_UNTRUSTED' })
      const elsewhere = documents.manifest('digits', { ...sample.listed, version: '2.0.0' })
      await expect(elsewhere).rejects.toMatchObject({ code: 'VERSION_UNTRUSTED' })
    })
  })

  describe('how much is asked for', () => {
    const first = ['timestamp', 'root', 'snapshot', 'targets', 'rollouts'].map(
      (role) => `metadata/${role}.json`,
    )
    const ofFirstVisit = [...first, 'metadata/publisher.json', 'rollouts/digits.json']

    it('everything once, then the timestamp alone, also at later visits', async () => {
      expect((await requestsOf(look)).sort()).toEqual([...ofFirstVisit].sort())
      await documents.manifest('digits', sample.listed)
      expect(await requestsOf(look)).toEqual(['metadata/timestamp.json'])
      documents = open()
      expect(await requestsOf(look)).toEqual(['metadata/timestamp.json'])
      expect((await look()).champion).toBe('1.0.0')
    })

    it('what is known to be needed beside the rest: five answers in a row at a first visit', async () => {
      /** How many answers in a row the ones that are there needed. */
      let depth = 0
      const rounds = new Map<string, number>()
      const platform = hastyPlatform()
      documents = open({
        fetch: async (url, init) => {
          const mine = depth + 1
          rounds.set(new Request(url).url.replace(/^.*\/(?:[0-9a-f]+\.)?/, ''), mine)
          const response = await platform.fetch(url, init)
          depth = Math.max(depth, mine)
          return response
        },
      })
      await look()
      await documents.manifest('digits', sample.listed)
      expect(Object.fromEntries(rounds)).toEqual({
        'root.json': 1,
        'timestamp.json': 1,
        'snapshot.json': 2,
        'targets.json': 3,
        'rollouts.json': 3,
        'publisher.json': 3,
        'digits.json': 4,
        'manifest.json': 5,
      })
    })

    it('three files at most on a day on which everything was signed anew', async () => {
      await look()
      resign((tuf) => tuf.publishTimestamp())
      expect(await requestsOf(look)).toEqual(daily.toReversed())
      resign((tuf) => tuf.publish())
      expect(await requestsOf(look)).toEqual(first.slice(0, 3))
    })

    it('what changed, when something did', async () => {
      await look()
      publishSamples(server, [sample, next])
      expect(await requestsOf(look)).toEqual([
        ...first.slice(0, 3),
        'metadata/rollouts.json',
        'rollouts/digits.json',
      ])
      expect(await requestsOf(() => documents.manifest('digits', next.listed))).toEqual([
        'metadata/publisher.json',
        paths.manifest('digits', '1.1.0'),
      ])
      expect(await requestsOf(() => documents.manifest('digits', next.listed))).toEqual([])
    })

    it('the root too, once a day, and when the clock was set back', async () => {
      await look()
      ahead = day
      expect((await requestsOf(look)).sort()).toEqual(daily)
      expect(await requestsOf(look)).toEqual(['metadata/timestamp.json'])
      ahead = 0
      expect((await requestsOf(look)).sort()).toEqual(daily)
    })

    it('one timestamp for models that look at the same moment', async () => {
      const wine = await sampleVersion({ model: 'wine', version: '1.0.0' })
      publishSamples(server, [wine])
      const both = () => Promise.all([look(), documents.rollout('wine')])
      await both()
      documents = open()
      const rollouts = await requestsOf(both)
      expect(rollouts).toEqual(['metadata/timestamp.json'])
    })

    it.each<Fault>([{ kind: 'status', status: 403 }, { kind: 'status', status: 410 }, { kind: 'html' }])(
      'no root after the last, where %o says that there is none',
      async (fault) => {
        server.fail('metadata/2.root.json', fault)
        expect((await look()).champion).toBe('1.0.0')
      },
    )
  })

  describe('what the device remembers', () => {
    it('follows a root of new keys, and begins with it from then on', async () => {
      await look()
      server.tuf.rotateKeys('timestamp')
      resign((tuf) => tuf.publishRoot())
      publishSamples(server, [sample, next])
      expect((await look()).champion).toBe('1.1.0')
      ahead = 2 * day
      documents = open()
      expect((await requestsOf(look)).sort()).toEqual(daily)
      expect(server.requests.slice(-2).map(({ path }) => path)).toContain('metadata/3.root.json')
    })

    it('begins with the root of the app where that is newer than what it keeps', async () => {
      await look()
      server.tuf.rotateKeys('root')
      resign((tuf) => tuf.publishRoot())
      const shipped = new TextDecoder().decode(server.tuf.roots[1])
      documents = open({ root: shipped })
      ahead = day
      expect((await requestsOf(look)).sort()).toEqual(daily)
      expect(server.requests.slice(-2).map(({ path }) => path)).toContain('metadata/3.root.json')
    })

    it('keeps everything byte for byte, and heals whatever the disk spoils', async () => {
      await look()
      const names = [...store.metadata.keys()]
      expect(names).toContain('rollouts/digits.json')
      expect(store.metadata.get('metadata/timestamp')).toEqual(
        Uint8Array.from(server.files.get('metadata/timestamp.json')!),
      )
      for (const name of names)
        for (const at of [0, 40]) {
          const bytes = store.metadata.get(name)!
          store.metadata.set(
            name,
            bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 1 : byte)),
          )
          documents = open()
          expect((await look()).champion, name).toBe('1.0.0')
        }
    })

    it('goes on where a refresh was cut', async () => {
      server.fail('metadata/rollouts.json', { kind: 'reset' })
      await expect(look()).rejects.toMatchObject({ code: 'NETWORK_FAILED' })
      server.heal()
      documents = open()
      expect(await requestsOf(look)).toEqual([
        'metadata/timestamp.json',
        'metadata/rollouts.json',
        'rollouts/digits.json',
      ])
    })
  })

  describe('attacks and decay', () => {
    it('refuses what has expired, and goes on once it is signed again', async () => {
      await look()
      for (const role of ['timestamp', 'snapshot', 'root'] as const) {
        const { expires } = server.tuf[role]
        const publish = (): void => {
          if (role === 'root') server.tuf.publishRoot()
          resign((tuf) => tuf.publish())
        }
        server.tuf[role].expires = seconds(Date.now() - 60_000)
        publish()
        await expect(look(), role).rejects.toMatchObject({ code: 'METADATA_EXPIRED', details: { role } })
        server.tuf[role].expires = expires
        publish()
        await look()
      }
    })

    it('refuses everything when the clock is far ahead, and takes it again when that is set right', async () => {
      await look()
      ahead = 11 * 365 * day
      await expect(look()).rejects.toMatchObject({ code: 'METADATA_EXPIRED' })
      ahead = 0
      expect((await look()).champion).toBe('1.0.0')
    })

    it('refuses an older timestamp than it has seen', async () => {
      const before = new Map(server.files)
      publishSamples(server, [sample, next])
      await look()
      for (const [path, bytes] of before) server.files.set(path, bytes)
      await expect(look()).rejects.toMatchObject({ code: 'METADATA_ROLLBACK' })
    })

    it('refuses a repository of other keys, and a root that is none', async () => {
      const other = await startFaultyRepository()
      await expect(open({ root: other.root }).rollout('digits')).rejects.toMatchObject({
        code: 'METADATA_UNSIGNED',
      })
      await other.close()
      store = createMapContent()
      const signed = JSON.parse(server.root) as { signed: { version: number } }
      signed.signed.version = 5
      const forged = open({ root: JSON.stringify(signed) })
      await expect(forged.rollout('digits')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    })

    it('says that a repository has no metadata', async () => {
      server.files.delete('metadata/timestamp.json')
      await expect(look()).rejects.toMatchObject({ code: 'METADATA_MISSING' })
    })

    const signedFiles = [
      ...['timestamp', 'snapshot', 'targets', 'rollouts'].map((role) => `metadata/${role}.json`),
      'rollouts/digits.json',
    ]
    const spoiling: Fault[] = [
      { kind: 'alter', at: 30 },
      { kind: 'truncate', after: 0 },
      { kind: 'truncate', after: 60 },
      { kind: 'grow', by: 1_000_000 },
      { kind: 'html' },
    ]
    it.each(spoiling)(
      '%o in any signed file is caught, and keeps nobody from the good one',
      async (fault) => {
        for (const path of signedFiles) {
          store = createMapContent()
          documents = open()
          server.fail(path, fault)
          await expect(look(), path).rejects.toMatchObject({
            name: 'HomingError',
            code: expect.stringMatching(/^METADATA_|^RESPONSE_UNEXPECTED/),
          })
          server.heal()
          expect((await look()).champion, path).toBe('1.0.0')
        }
      },
    )

    it('asks once more for a document of which one copy is spoiled', async () => {
      server.fail(paths.rollout('digits'), { kind: 'alter', at: 3 }, 1)
      await look()
      server.fail(paths.manifest('digits', '1.0.0'), { kind: 'alter', at: 3 }, 1)
      expect((await documents.manifest('digits', sample.listed)).manifest).toEqual(sample.manifest)
    })

    const passing: [Fault, ErrorCode][] = [
      [{ kind: 'status', status: 500 }, 'HTTP_STATUS'],
      [{ kind: 'status', status: 429 }, 'RATE_LIMITED'],
      [{ kind: 'reset' }, 'NETWORK_FAILED'],
      [{ kind: 'hang', after: 10 }, 'TIMEOUT'],
      [{ kind: 'slow', piece: 2, every: 30 }, 'TIMEOUT'],
    ]
    it.each(passing)('%o ends as %s after a bounded number of attempts', async (fault, code) => {
      server.fail('metadata/timestamp.json', fault)
      await expect(look()).rejects.toMatchObject({ code })
      const asked = server.requests.filter(({ document }) => document === 'metadata/timestamp.json')
      expect(asked).toHaveLength(maxAttempts)
    })

    it('ends at once when it is aborted, and the next look begins anew', async () => {
      server.fail('metadata/snapshot.json', { kind: 'hang', after: 10 })
      const controller = new AbortController()
      const aborted = documents.rollout('digits', controller.signal)
      setTimeout(() => controller.abort(), 30)
      await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
      server.heal()
      expect((await look()).champion).toBe('1.0.0')
    })

    it('sends nothing that names the user, and lets no cache of the browser answer', async () => {
      await look()
      for (const { headers } of server.requests) {
        expect(headers).not.toHaveProperty('cookie')
        expect(headers).not.toHaveProperty('referer')
        expect(headers['cache-control']).toBe('no-cache')
      }
    })
  })

  /** What may happen between two looks. */
  const happening = fc.oneof(
    fc.constant({ kind: 'publish' } as const),
    fc.constant({ kind: 'sign again' } as const),
    fc.constant({ kind: 'restart' } as const),
    fc.record({
      kind: fc.constant('rotate' as const),
      role: fc.constantFrom('root', 'timestamp', 'snapshot', 'targets'),
    }),
    fc.record({
      kind: fc.constant('fault' as const),
      path: fc.constantFrom(
        ...['root', 'timestamp', 'snapshot', 'targets', 'rollouts'].map((role) => `metadata/${role}.json`),
        'rollouts/digits.json',
      ),
      fault: fc.constantFrom<Fault>(
        { kind: 'alter', at: 60 },
        { kind: 'truncate', after: 40 },
        { kind: 'reset', after: 20 },
        { kind: 'status', status: 404 },
        { kind: 'html' },
      ),
    }),
    fc.record({ kind: fc.constant('spoil' as const), which: fc.nat(6), at: fc.nat(2000) }),
  )

  it('never gives an older or another rollout, whatever happens, and the newest once all is well', async () => {
    const run = fc.asyncProperty(fc.array(happening, { maxLength: 12 }), async (history) => {
      await server.close()
      server = await startFaultyRepository()
      store = createMapContent()
      documents = open()
      let newest = 0
      let accepted = 0
      const publish = () => publishSamples(server, [sample], ++newest)
      publish()
      for (const step of history) {
        if (step.kind === 'publish') publish()
        if (step.kind === 'sign again') resign((tuf) => tuf.publish())
        if (step.kind === 'restart') documents = open()
        if (step.kind === 'fault') server.fail(step.path, step.fault, 3)
        if (step.kind === 'rotate') {
          const before = server.tuf.signers.get('root')!
          server.tuf.rotateKeys(step.role)
          const after = server.tuf.signers.get('root')!
          if (step.role === 'root') server.tuf.signers.set('root', [...before, ...after])
          server.tuf.publishRoot()
          if (step.role === 'targets') server.tuf.publish('targets')
          resign((tuf) => tuf.publish())
        }
        if (step.kind === 'spoil') {
          const name = [...store.metadata.keys()][step.which]
          const bytes = name === undefined ? undefined : store.metadata.get(name)
          if (bytes) bytes[step.at % bytes.length]! ^= 1
        }
        const { revision } = await look().catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'HomingError' })
          return { revision: accepted }
        })
        expect(revision).toBeGreaterThanOrEqual(accepted)
        expect(revision).toBeLessThanOrEqual(newest)
        accepted = revision
      }
      server.heal()
      expect((await look()).revision).toBe(newest)
    })
    await fc.assert(run, { numRuns: 15 })
  })
})
