import { HomingError, sha256Hex } from '@homing/protocol'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'

import { type DeviceKey, deviceKey } from './device-key.ts'
import { encryptedStore } from './encrypted-store.ts'
import { openIndexedDbStore } from './indexed-db-store.ts'
import { withMemoryFallback } from './memory-fallback.ts'
import { sealOverhead } from './sealed-bytes.ts'
import { storeContract } from './store.contract.ts'
import type { Store } from './store.ts'

let count = 0
const newName = (): string => `encrypted-${count++}-${Date.now()}`
const openNew = async (name = newName()): Promise<Store> =>
  encryptedStore(await openIndexedDbStore(indexedDB, name), deviceKey(indexedDB, `${name}-key`))

storeContract('IndexedDB, encrypted', () => openNew(), sealOverhead)
storeContract(
  'IndexedDB, encrypted, with memory behind it',
  async () => withMemoryFallback(await openNew()),
  sealOverhead,
)

describe('at rest', () => {
  const secret = new TextEncoder().encode('parameters that nobody else shall read '.repeat(50))
  let name: string
  let disk: Store
  let key: DeviceKey
  let store: Store
  let sha256: string
  beforeEach(async () => {
    name = newName()
    disk = await openIndexedDbStore(indexedDB, name)
    key = deviceKey(indexedDB, `${name}-key`)
    store = encryptedStore(disk, key)
    sha256 = await sha256Hex(secret)
  })
  afterEach(() => store.close())
  const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

  it('nothing of a blob or a piece is to be read, and nothing is the same twice', async () => {
    await store.writeBlob(sha256, secret)
    await store.writePiece('b'.repeat(64), { start: 0, bytes: secret })
    const first = await disk.readBlob(sha256)
    const [piece] = await disk.readPieces('b'.repeat(64))
    for (const bytes of [first, piece!.bytes]) expect(text(bytes)).not.toMatch(/parameters|nobody/)
    await store.writeBlob(sha256, secret)
    expect(await disk.readBlob(sha256)).not.toEqual(first)
    expect(text(await store.readBlob(sha256))).toBe(text(secret))
  })

  it('the key is no bytes, for this page neither', async () => {
    const made = await key.get()
    expect(made.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', made)).rejects.toThrow()
  })

  it('one changed byte, or another name, and a blob is as if it had been lost', async () => {
    await store.writeBlob(sha256, secret)
    const sealed = (await disk.readBlob(sha256))!
    for (const at of [0, 11, 12, sealed.length - 1]) {
      await disk.writeBlob(
        sha256,
        sealed.map((byte, index) => (index === at ? byte ^ 1 : byte)),
      )
      expect(await store.readBlob(sha256)).toBeUndefined()
      expect(await store.hasBlobs([sha256])).toEqual(new Set())
    }
    const other = 'c'.repeat(64)
    await disk.writeBlob(other, sealed)
    expect(await store.readBlob(other)).toBeUndefined()
    await store.writePiece(other, { start: 0, bytes: secret })
    const [piece] = await disk.readPieces(other)
    await disk.writePiece(other, { ...piece!, start: 7 })
    expect(await store.readPieces(other)).toEqual([])
    expect(await disk.readPieces(other)).toEqual([])
  })

  it('what was stored in the open is encrypted when it is read', async () => {
    await disk.writeBlob(sha256, secret)
    expect(text(await store.readBlob(sha256))).toBe(text(secret))
    expect(text(await disk.readBlob(sha256))).not.toMatch(/parameters/)
    expect(text(await store.readBlob(sha256))).toBe(text(secret))
  })

  it('what was stored in the open is read also where there is no room to encrypt it', async () => {
    await disk.writeBlob(sha256, secret)
    const writeBlob = () => Promise.reject(new HomingError('STORE_FULL', 'no room'))
    const full = withMemoryFallback(encryptedStore({ ...disk, writeBlob }, key))
    expect(text(await full.readBlob(sha256))).toBe(text(secret))
    expect(full.kind).toBe('indexeddb')
  })

  it('tabs that begin at once use one key, and a closed one opens again', async () => {
    const tabs = [1, 2, 3, 4].map(() => deviceKey(indexedDB, `${name}-key`))
    await Promise.all(
      tabs.map(async (tab, i) => encryptedStore(disk, tab).writeBlob(String(i).repeat(64), secret)),
    )
    for (const tab of tabs) await tab.close()
    for (const i of [0, 1, 2, 3]) expect(text(await store.readBlob(String(i).repeat(64)))).toBe(text(secret))
    await key.close()
    expect(text(await store.readBlob('0'.repeat(64)))).toBe(text(secret))
  })

  it('forgetting all destroys the key, for every tab', async () => {
    const other = encryptedStore(disk, deviceKey(indexedDB, `${name}-key`))
    await store.writeBlob(sha256, secret)
    const sealed = (await disk.readBlob(sha256))!
    await store.forget({
      parse: () => {
        throw new Error('unread')
      },
    })
    await disk.writeBlob(sha256, sealed) // a copy that someone kept
    expect(await other.readBlob(sha256)).toBeUndefined()
    await other.writeBlob(sha256, secret)
    expect(text(await store.readBlob(sha256))).toBe(text(secret))
  })
})

test('a browser without a database for keys keeps nothing in the open', async () => {
  const refusing = {
    open: () => {
      throw new DOMException('denied', 'SecurityError')
    },
  } as unknown as IDBFactory
  const disk = await openIndexedDbStore(indexedDB, newName())
  const store = withMemoryFallback(encryptedStore(disk, deviceKey(refusing, 'any')))
  await store.writeBlob('a'.repeat(64), Uint8Array.of(1))
  expect(store.kind).toBe('memory')
  expect(await store.readBlob('a'.repeat(64))).toEqual(Uint8Array.of(1))
  await store.close()
})
