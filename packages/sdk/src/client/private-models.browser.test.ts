import { paths, type SignedUrls } from '@homing/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import { denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { databaseName } from '../store/open-store.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './options-api.ts'

// Clients have a host worker each and share database, locks and channel, as tabs do.
let repository: BrowserRepository
let clients: Homing[]

beforeEach(async () => {
  repository = await startBrowserRepository()
  clients = []
})
afterEach(async () => {
  await Promise.all(clients.map((made) => made.close()))
  await repository.stop()
})

const input = { x: floats([1, 2, 3, 4], [1, 4]) }
const dense = (version: string, bias: number, model = 'tiny') => ({
  request: denseOnnxRequest([], { version, bias, model }),
})
function client(options: Partial<ClientOptions> = {}): Homing {
  const { url, root } = repository
  const made = createClient({ repository: url, root, app: 'test', pollInterval: 0, ...options })
  clients.push(made)
  return made
}
const open = (homing: Homing, model = 'tiny'): Promise<Model> => homing.model(model, { backends: ['wasm'] })

/** Everything in the database of the repository, as text, and how many rows each table has. */
async function onDisk(): Promise<{ rows: Record<string, number>; text: string }> {
  const name = await databaseName(repository.root)
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error!)
  })
  const rows: Record<string, number> = {}
  let text = ''
  for (const table of database.objectStoreNames) {
    const values = await new Promise<unknown[]>((resolve) => {
      const request = database.transaction(table).objectStore(table).getAll() as IDBRequest<unknown[]>
      request.onsuccess = () => resolve(request.result)
    })
    rows[table] = values.length
    for (const value of values)
      text +=
        value instanceof Blob
          ? await value.text()
          : value instanceof ArrayBuffer
            ? await new Blob([value]).text()
            : JSON.stringify(value)
  }
  database.close()
  return { rows, text }
}

describe('a private model', () => {
  test('is fetched with the app’s token, which goes nowhere else and is not stored', async () => {
    const [manifest] = await repository.publish([dense('1.0.0', 1)])
    await repository.guard(['secret-token'])
    let asked = 0
    const homing = client({ getToken: () => (asked++, Promise.resolve('secret-token')) })
    const model = await open(homing)
    expect((await model.predict(input)).version).toBe('1.0.0')
    expect(asked).toBe(1)

    const shown = await repository.tokens()
    const blobs = [manifest!.graph, ...manifest!.parameters.shards].map(({ sha256 }) => paths.blob(sha256))
    for (const path of [paths.manifest('tiny', '1.0.0'), ...blobs])
      expect(shown).toContainEqual([path, 'Bearer secret-token'])
    const elsewhere = shown.filter(([path]) => !/^(models|blobs)\//.test(path))
    expect(elsewhere.length).toBeGreaterThan(0)
    expect(elsewhere.every(([, authorization]) => authorization === null)).toBe(true)
    expect((await onDisk()).text).not.toContain('secret-token')
  })

  test('serves on when the token is refused, and updates once it is not', async () => {
    await repository.publish([dense('1.0.0', 1)])
    await repository.guard(['first'])
    let token = 'first'
    const homing = client({ getToken: () => token })
    const model = await open(homing)
    await repository.publish([dense('1.1.0', 2)])
    await repository.guard(['second'])
    await expect(homing.check()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(model.status.update.error?.code).toBe('FORBIDDEN')
    expect((await model.predict(input)).version).toBe('1.0.0')
    token = 'second'
    await homing.check()
    expect(model.status.version).toBe('1.1.0')
  })

  test.each<[string, Partial<ClientOptions>]>([
    ['nobody signed in', { getToken: () => undefined }],
    ['an app without tokens', {}],
    [
      'a hook that fails',
      {
        getToken: () => {
          throw new TypeError('offline')
        },
      },
    ],
  ])('does not open with %s', async (_what, options) => {
    await repository.publish([dense('1.0.0', 1)])
    await repository.guard(['token'])
    await expect(open(client(options))).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })

  test('a public model asks for no token', async () => {
    await repository.publish([dense('1.0.0', 1)])
    let asked = 0
    await open(client({ getToken: () => String(++asked) }))
    expect(asked).toBe(0)
  })

  test('getToken must be a function', () => {
    expect(() => client({ getToken: 'token' as never })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('getToken') }),
    )
  })
})

describe('signed addresses', () => {
  const signed = (options: Partial<ClientOptions> = {}): Homing =>
    client({ server: repository.url, getToken: () => 'token', signUrls: 'server', ...options })
  const privateFiles = /^(models|blobs)\//
  const signings = async (): Promise<number> =>
    (await repository.requests()).filter((path) => path === 'v1/signed-urls').length

  test('open a model without its token going to who sends it, some addresses at a time', async () => {
    const [manifest] = await repository.publish([dense('1.0.0', 1)])
    await repository.guard(['token'])
    const homing = signed()
    expect((await (await open(homing)).predict(input)).version).toBe('1.0.0')
    const shown = await repository.tokens()
    expect(shown.filter(([path, token]) => privateFiles.test(path) && token !== null)).toEqual([])
    expect(shown.filter(([, token]) => token !== null).map(([path]) => path)).toEqual(
      Array(2).fill('v1/signed-urls'),
    )
    expect(shown.filter(([path]) => path.startsWith('blobs/'))).toHaveLength(
      1 + manifest!.parameters.shards.length,
    )
    expect((await onDisk()).text).not.toContain('signature=')
  })

  test('that expire in the middle of a download are replaced, and it goes on', async () => {
    const [manifest] = await repository.publish([dense('1.0.0', 1)])
    await repository.guard(['token'])
    const shard = paths.blob(manifest!.parameters.shards[0]!.sha256)
    await repository.fail(shard, { kind: 'hang', after: 8 })
    const opening = open(signed())
    await expect
      .poll(async () => (await repository.requests()).includes(shard), { timeout: 10_000 })
      .toBe(true)
    const before = await signings()
    await repository.expireAddresses()
    await repository.heal()
    await repository.cut()
    expect((await (await opening).predict(input)).version).toBe('1.0.0')
    expect(await signings()).toBeGreaterThan(before)
  })

  test('are refused to who may not read, whose model serves on', async () => {
    await repository.publish([dense('1.0.0', 1)])
    await repository.guard(['token'])
    const homing = signed()
    const model = await open(homing)
    await repository.publish([dense('1.1.0', 2)])
    await repository.guard(['another'])
    await repository.expireAddresses()
    await expect(homing.check()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(model.status.update.error?.code).toBe('FORBIDDEN')
    expect((await model.predict(input)).version).toBe('1.0.0')
    await expect(open(signed({ getToken: () => undefined }), 'other')).rejects.toMatchObject({
      name: 'HomingError',
    })
  })

  test('come from the app where it signs', async () => {
    await repository.publish([dense('1.0.0', 1)])
    await repository.guard(['token'])
    const asked: (readonly string[])[] = []
    const signUrls = async (places: readonly string[]) => {
      asked.push(places)
      const headers = { authorization: 'Bearer token' }
      const answer = await fetch(`${repository.url}v1/signed-urls?paths=${places.join(',')}`, { headers })
      return (await answer.json()) as SignedUrls
    }
    const model = await open(client({ signUrls }))
    expect((await model.predict(input)).version).toBe('1.0.0')
    expect(asked.map((places) => places.length)).toEqual([1, 2]) // the manifest, and then what it names
    expect(await signings()).toBe(2)
  })

  test.each<[string, ClientOptions['signUrls'], string]>([
    [
      'fails',
      () => {
        throw new TypeError('offline')
      },
      'UNAUTHORIZED',
    ],
    ['signs nothing', () => ({ expires: 2e9, urls: {} }), 'UNAUTHORIZED'],
    ['gives something else', () => 'no' as never, 'RESPONSE_UNEXPECTED'],
  ])('an app that %s gets a typed error', async (_what, signUrls, code) => {
    await repository.publish([dense('1.0.0', 1)])
    await repository.guard(['token'])
    await expect(open(client({ signUrls: signUrls! }))).rejects.toMatchObject({ code })
  })

  test.each<[Partial<ClientOptions>, string]>([
    [{ signUrls: 'server' }, 'needs `server`'],
    [{ signUrls: 'server', server: 'https://models.example.org' }, 'getToken'],
    [{ signUrls: 'server', getToken: () => 'token' }, 'needs `server`'],
    [{ signUrls: 'cdn' as never }, 'signUrls'],
    [{ signUrls: null as never }, 'signUrls'],
  ])('options %j are refused', (options, named) => {
    expect(() => client(options)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(named) }),
    )
  })
})

describe('forget', () => {
  test('closes a model in every tab and leaves nothing of it on the device', async () => {
    await repository.publish([dense('1.0.0', 1)])
    await repository.publish([dense('1.0.0', 5, 'other')])
    const [here, there] = [client(), client()]
    const [model, elsewhere, other] = [await open(here), await open(there), await open(there, 'other')]
    await here.record('visit', { pages: 1 })
    await here.forget('tiny')

    expect(model.status.state.name).toBe('closed')
    await expect(model.predict(input)).rejects.toMatchObject({ code: 'CLOSED' })
    await expect.poll(() => elsewhere.status.state.name).toBe('closed')
    await expect(elsewhere.predict(input)).rejects.toMatchObject({ code: 'CLOSED' })
    expect((await other.predict(input)).version).toBe('1.0.0')
    const { rows, text } = await onDisk()
    expect(rows).toMatchObject({ models: 1, manifests: 1, events: 1, partials: 0 })
    expect(text).not.toContain('"tiny"')

    const from = (await repository.requests()).length
    const again = await open(there) // gets a new one, not the one that was closed
    expect((await again.predict(input)).version).toBe('1.0.0')
    expect((await repository.requests()).slice(from).some((path) => path.startsWith('blobs/'))).toBe(true)
  })

  test('all models: nothing is left but whom to trust', async () => {
    await repository.publish([dense('1.0.0', 1)])
    await repository.publish([dense('1.0.0', 5, 'other')])
    const [here, there] = [client(), client()]
    const [tiny, other] = [await open(here), await open(there, 'other')]
    await here.record('visit', { pages: 1 })
    await here.forget()
    await here.forget()
    await expect
      .poll(() => [tiny, other].map(({ status }) => status.state.name))
      .toEqual(['closed', 'closed'])
    const { rows } = await onDisk()
    expect(rows).toMatchObject({ models: 0, manifests: 0, blobs: 0, partials: 0, uses: 0, events: 0 })
    expect(rows['metadata']).toBeGreaterThan(0)
    expect((await (await open(here)).predict(input)).version).toBe('1.0.0')
  })

  test('a download under way in another tab leaves nothing behind', async () => {
    const [manifest] = await repository.publish([dense('1.0.0', 1)])
    await repository.fail(paths.blob(manifest!.graph.sha256), { kind: 'hang' })
    const [here, there] = [client(), client()]
    const opening = open(there)
    opening.catch(() => undefined)
    while (!(await repository.requests()).includes(paths.blob(manifest!.graph.sha256)));
    await here.forget('tiny')
    await expect(opening).rejects.toMatchObject({ name: 'HomingError' })
    expect((await onDisk()).rows).toMatchObject({ models: 0, manifests: 0, blobs: 0, partials: 0 })
  })

  test('what is being written at that moment is not left behind', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const host = (): Worker =>
      new Worker(new URL('../../test/slow-seal-host-worker.ts', import.meta.url), { type: 'module' })
    const channel = new BroadcastChannel('test-seal')
    const told = (what: string): Promise<void> =>
      new Promise((resolve) => {
        channel.addEventListener('message', ({ data }) => {
          if (data === what) resolve()
        })
      })
    const [begun, sealed] = [told('begun'), told('sealed')]
    const homing = client({ storage: 'encrypted', workers: { host } })
    open(homing).catch(() => undefined)
    await begun
    await Promise.all([homing.forget(), sealed])
    channel.close()
    await homing.record('visit') // a write of the same worker, after those of the download
    expect((await onDisk()).rows).toMatchObject({ models: 0, manifests: 0, blobs: 0, partials: 0 })
  })

  test('the next user’s token is asked for anew', async () => {
    await repository.publish([dense('1.0.0', 1)])
    await repository.guard(['first', 'second'])
    const users = ['first', 'second']
    let user = 0
    const homing = client({ getToken: () => users[user] })
    await open(homing)
    await homing.forget()
    user = 1
    const from = (await repository.tokens()).length
    await open(homing)
    const shown = new Set((await repository.tokens()).slice(from).map(([, authorization]) => authorization))
    expect([...shown].filter(Boolean)).toEqual(['Bearer second'])
  })

  test('in memory, every tab forgets its own', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const [here, there] = [client({ storage: 'memory' }), client({ storage: 'memory' })]
    const [, elsewhere] = [await open(here), await open(there)]
    await here.forget()
    await expect.poll(() => elsewhere.status.state.name).toBe('closed')
    const from = (await repository.requests()).length
    await open(there)
    expect((await repository.requests()).slice(from).some((path) => path.startsWith('blobs/'))).toBe(true)
  })
})

describe('the end of access', () => {
  /** A token that lets its user have the model for so many seconds. */
  const tokenFor = (seconds: number): string => {
    const now = Date.now() / 1000
    const claims = { exp: now + 3600, homing: { models: { tiny: now + seconds } } }
    return `head.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.signature`
  }
  const blobsOnDisk = async (): Promise<number> => (await onDisk()).rows['blobs']!
  const until = async (): Promise<string> => /"until":(\d+)/.exec((await onDisk()).text)?.[1] ?? ''

  test('is remembered with the model, which is deleted then, while it is open', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const token = tokenFor(4)
    await repository.guard([token])
    const homing = client({ getToken: () => token })
    const model = await open(homing)
    expect((await model.predict(input)).version).toBe('1.0.0')
    expect(Number(await until())).toBeGreaterThan(Date.now())
    await expect.poll(() => model.status.state.name, { timeout: 10_000 }).toBe('closed')
    await expect(model.predict(input)).rejects.toMatchObject({ code: 'CLOSED' })
    await expect.poll(blobsOnDisk).toBe(0)
    await repository.guard([])
    await expect(open(homing)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('that passed while the app was closed deletes the model when it opens, offline too', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const token = tokenFor(2)
    await repository.guard([token])
    const first = client({ getToken: () => token })
    await open(first)
    await first.close()
    await expect.poll(async () => Date.now() > Number(await until()), { timeout: 5_000 }).toBe(true)
    expect(await blobsOnDisk()).toBe(2)
    await repository.stop()
    const offline = client({ getToken: () => Promise.reject(new Error('offline')) })
    await expect(open(offline)).rejects.toMatchObject({ code: 'NETWORK_FAILED' })
    expect(await blobsOnDisk()).toBe(0)
  })

  test('a model that is forgotten while it waits for a token does not open', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const token = tokenFor(60)
    await repository.guard([token])
    const first = client({ getToken: () => token })
    await open(first)
    await first.close()
    let give: ((token: string) => void) | undefined
    const homing = client({
      getToken: () => (give ? token : new Promise<string>((resolve) => (give = resolve))),
    })
    const opening = open(homing)
    opening.catch(() => undefined)
    await expect.poll(() => give, { timeout: 10_000 }).toBeDefined()
    await homing.forget()
    give!(token)
    await expect(opening).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await blobsOnDisk()).toBe(0)
  })

  test('moves when a new token says so, without a new download', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const [token, renewed] = [tokenFor(60), tokenFor(30 * 86_400)]
    await repository.guard([token])
    const first = client({ getToken: () => token })
    await open(first)
    await first.close()
    const before = Number(await until())
    const from = (await repository.requests()).length
    let asked = 0
    const second = client({ getToken: () => (asked++, renewed) })
    await open(second)
    expect(asked, 'less than a day is left').toBe(1)
    expect(Number(await until())).toBeGreaterThan(before + 20 * 86_400_000)
    await second.close()
    await open(client({ getToken: () => (asked++, renewed) }))
    expect(asked, 'a month is left').toBe(1)
    expect(await repository.requests()).toHaveLength(from)
  })
})

describe('encrypted storage', () => {
  const encrypted = { storage: 'encrypted' } as const
  const keyRows = async (): Promise<number> => {
    const name = `${await databaseName(repository.root)}-key`
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name)
      request.onsuccess = () => resolve(request.result)
    })
    const count = await new Promise<number>((resolve) => {
      const request = database.transaction('keys').objectStore('keys').count()
      request.onsuccess = () => resolve(request.result)
    })
    database.close()
    return count
  }

  test('serves on the next visit without a request, and the disk shows no graph', async () => {
    await repository.publish([dense('1.0.0', 3)])
    const first = client(encrypted)
    const expected = (await (await open(first)).predict(input)).outputs
    const onDiskNow = await onDisk()
    expect(onDiskNow.rows['blobs']).toBe(2)
    expect(onDiskNow.text).not.toContain('MatMul')
    await first.close()
    const from = (await repository.requests()).length
    const again = await open(client(encrypted))
    expect((await again.predict(input)).outputs).toEqual(expected)
    expect(again.status.storage.kind).toBe('indexeddb')
    expect(await repository.requests()).toHaveLength(from)
  })

  test('an app that begins to encrypt keeps what is there', async () => {
    await repository.publish([dense('1.0.0', 3)])
    const plain = client()
    await open(plain)
    expect((await onDisk()).text).toContain('MatMul')
    await plain.close()
    const from = (await repository.requests()).length
    await open(client(encrypted))
    expect(await repository.requests()).toHaveLength(from)
    expect((await onDisk()).text).not.toContain('MatMul')
  })

  test('forgetting all destroys the key, and the next visit makes another', async () => {
    await repository.publish([dense('1.0.0', 3)])
    const homing = client(encrypted)
    await open(homing)
    expect(await keyRows()).toBe(1)
    await homing.forget()
    expect(await keyRows()).toBe(0)
    expect((await (await open(homing)).predict(input)).version).toBe('1.0.0')
    expect(await keyRows()).toBe(1)
  })
})
