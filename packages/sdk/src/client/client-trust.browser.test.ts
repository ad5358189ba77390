import { describe, expect, test } from 'vitest'

import { type Release, startBrowserRepository } from '../../test/browser-repository.ts'
import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { onnxRelease } from '../../test/tiny-training.ts'

const input = { x: floats([1, 2, 3, 4], [1, 4]) }
const wasm = { backends: ['wasm'] } as const
const dense = (version: string, bias: number): Release => ({
  request: denseOnnxRequest([], { version, bias }),
})
const past = '2020-01-01T00:00:00Z'
const future = '2100-01-01T00:00:00Z'

const requestsOf = async (work: () => Promise<unknown>): Promise<string[]> => {
  const before = (await repository.requests()).length
  await work()
  return (await repository.requests()).slice(before)
}

serveEachTest()

describe('what is installed goes on serving', () => {
  test.each(['timestamp', 'snapshot', 'root'] as const)(
    'while the %s has expired; updates go on once it is signed again',
    async (role) => {
      await repository.publish([dense('1.0.0', 1)])
      const homing = client()
      const model = await homing.model('tiny', wasm)
      await repository.publish([dense('1.1.0', 2)])
      await repository.expire(role, past)
      await expect(homing.check()).rejects.toMatchObject({ code: 'METADATA_EXPIRED' })
      expect(model.status).toMatchObject({
        version: '1.0.0',
        update: { error: { code: 'METADATA_EXPIRED' } },
      })
      expect((await model.predict(input)).version).toBe('1.0.0')

      await homing.close()
      const later = client()
      const again = await later.model('tiny', wasm)
      expect((await again.predict(input)).version).toBe('1.0.0')
      await repository.expire(role, future)
      await later.check()
      expect(again.status.version).toBe('1.1.0')
      expect(again.status.update.error).toBeUndefined()
    },
  )

  test.each([
    ['NETWORK_FAILED', { kind: 'reset' }],
    ['METADATA_UNSIGNED', { kind: 'alter', at: 120 }],
    ['RESPONSE_UNEXPECTED', { kind: 'html' }],
    ['METADATA_MISSING', { kind: 'status', status: 404 }],
  ] as const)('when the repository answers with %s', async (code, fault) => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await homing.model('tiny', wasm)
    await repository.fail('metadata/timestamp.json', fault)
    await expect(homing.check()).rejects.toMatchObject({ code })
    expect(model.status).toMatchObject({ version: '1.0.0', update: { error: { code } } })
    expect((await model.predict(input)).version).toBe('1.0.0')
  })
})

test('a quiet look is one request, also the first of a later visit', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const first = client()
  await first.model('tiny', wasm)
  expect(await requestsOf(() => first.check())).toEqual(['metadata/timestamp.json'])
  await first.close()
  const second = client()
  await second.model('tiny', wasm)
  expect(await requestsOf(() => second.check())).toEqual(['metadata/timestamp.json'])
})

test('metadata that the disk spoiled is fetched again', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const first = client()
  await first.model('tiny', wasm)
  await first.close()
  await spoilMetadata()
  await repository.publish([dense('1.1.0', 2)])
  const second = client()
  const model = await second.model('tiny', wasm)
  expect(model.status.version).toBe('1.0.0')
  await second.check()
  expect(model.status.version).toBe('1.1.0')
})

describe('a root', () => {
  test('that its own keys have not signed is refused when the first model opens', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const forged = JSON.parse(repository.root) as { signed: { version: number } }
    forged.signed.version = 3
    const opening = client({ root: forged }).model('tiny', wasm)
    await expect(opening).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  test('of another repository trusts nothing of this one, and has a device of its own', async () => {
    await repository.publish([dense('1.0.0', 1)])
    await client().model('tiny', wasm)
    const other = await startBrowserRepository()
    const opening = client({ root: other.root }).model('tiny', wasm)
    await expect(opening).rejects.toMatchObject({ code: 'METADATA_UNSIGNED' })
    await other.stop()
  })

  test('is the same in every form', async () => {
    await repository.publish([dense('1.0.0', 1)])
    await client().model('tiny', wasm)
    const parsed = client({ root: JSON.parse(repository.root) as object })
    expect(await requestsOf(() => parsed.model('tiny', wasm))).toEqual([])
  })
})

describe('a federated version', () => {
  const base = onnxRelease('bias')
  const { manifest, parameters } = base.request
  /** The base with one byte of its parameters changed: the kernel, of 48 bytes, is frozen, the bias after it is trained. */
  const federated = (at: number, change: Partial<typeof manifest> = {}): Release => ({
    ...base,
    request: {
      ...base.request,
      manifest: { ...manifest, version: '1.0.1', parent: '1.0.0', base: '1.0.0', ...change },
      parameters: parameters.map((byte, index) => (index === at ? byte ^ 1 : byte)),
    },
  })

  test('of trained tensors alone is installed', async () => {
    await repository.publish([base])
    const homing = client()
    const model = await homing.model('tiny', wasm)
    await repository.publish([federated(48)])
    await homing.check()
    expect(model.status.version).toBe('1.0.1')
    expect((await model.predict(input)).version).toBe('1.0.1')
  })

  test.each([
    ['a frozen tensor', federated(3)],
    ['a label', federated(48, { pipeline: labelled('cat') })],
    ['the base it names', federated(48, { base: '0.9.0' })],
  ])(
    'with %s changed is refused, though it is rightly signed, and the base serves on',
    async (_, release) => {
      await repository.publish([base])
      const homing = client()
      const model = await homing.model('tiny', wasm)
      await repository.publish([release])
      await expect(homing.check()).rejects.toMatchObject({ code: 'VERSION_UNTRUSTED' })
      expect(model.status).toMatchObject({
        version: '1.0.0',
        update: { error: { code: 'VERSION_UNTRUSTED' } },
      })
      expect((await model.predict(input)).version).toBe('1.0.0')
      await homing.close()
      expect((await client().model('tiny', wasm)).status.version).toBe('1.0.0')
    },
  )

  test('that is refused at the first visit makes way for its base', async () => {
    await repository.publish([base])
    await repository.publish([federated(3)])
    expect((await client().model('tiny', wasm)).status.version).toBe('1.0.0')
  })
})

function labelled(label: string): NonNullable<Release['request']['manifest']['pipeline']> {
  return {
    inputs: [],
    outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels: [label, 'b', 'c'] }],
  }
}

/** Changes a byte of everything signed that the device keeps, behind the store's back. */
async function spoilMetadata(): Promise<void> {
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name!)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error!)
    })
    if (!database.objectStoreNames.contains('metadata')) continue
    const transaction = database.transaction('metadata', 'readwrite')
    const cursor = transaction.objectStore('metadata').openCursor()
    cursor.onsuccess = () => {
      if (!cursor.result) return
      const bytes = new Uint8Array(cursor.result.value as ArrayBuffer)
      bytes[bytes.length >> 1]! ^= 1
      cursor.result.update(bytes.buffer)
      cursor.result.continue()
    }
    await new Promise((resolve) => (transaction.oncomplete = resolve))
    database.close()
  }
}
