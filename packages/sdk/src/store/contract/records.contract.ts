import { HomingError } from '@homing/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'

import type { ModelRecord, Store } from '../store.ts'
import { counted, hash, someBytes } from './put-version.ts'

/** What a store guarantees of models' records, events and facts, and of its end. `open` gives a fresh, empty one. */
export function recordsContract(open: () => Promise<Store>): void {
  let store: Store
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('starts a model with an empty record and keeps every field', async () => {
    const installed = { version: '1.0.0', manifestSha256: hash('a') }
    const full: ModelRecord = {
      model: 'digits',
      active: installed,
      lastGood: installed,
      trial: hash('a'),
      declined: hash('b'),
      personalised: installed,
      staged: installed,
      downloading: installed,
      pinned: '1.0.0',
      rejected: { key: { code: 'ENGINE_FAILED', reason: 'it broke' } },
    }
    const changed = await store.updateModel('digits', (record) => {
      expect(record).toEqual({ model: 'digits', rejected: {} })
      return full
    })
    expect(changed).toEqual(full)
    expect(await store.readModel('digits')).toEqual(full)
    expect(await store.readModel('wine')).toBeUndefined()
  })

  it('loses none of many concurrent changes of a record', async () => {
    await Promise.all(Array.from({ length: 25 }, () => store.updateModel('digits', counted)))
    expect((await store.readModel('digits'))?.pinned).toBe('25.0.0')
  })

  it('leaves a record as it was when its change throws, and passes the error on', async () => {
    await store.updateModel('digits', (record) => ({ ...record, pinned: '1.0.0' }))
    const refusal = new HomingError('UPDATE_REFUSED', 'no')
    for (const error of [refusal, new TypeError('a bug')]) {
      const change = store.updateModel('digits', () => {
        throw error
      })
      await expect(change).rejects.toBe(error)
    }
    expect((await store.readModel('digits'))?.pinned).toBe('1.0.0')
    await store.updateModel('digits', (record) => ({ ...record, pinned: '2.0.0' }))
    expect((await store.readModel('digits'))?.pinned).toBe('2.0.0')
  })

  it('gives events of one name by time, equal times as appended', async () => {
    const times = [30, 10, 20, 10, 40]
    for (const [order, time] of times.entries())
      await store.appendEvent({ event: 'click', time, fields: { order } })
    await store.appendEvent({ event: 'clic', time: 15, fields: {} })
    await store.appendEvent({ event: 'click2', time: 15, fields: {} })
    const orders = (await store.readEvents('click', 10)).map(({ fields }) => fields.order)
    expect(orders).toEqual([1, 3, 2, 0, 4])
    expect((await store.readEvents('click', 20)).map(({ time }) => time)).toEqual([20, 30, 40])
    expect(await store.readEvents('click', 41)).toEqual([])
  })

  it('prunes events before a time, of every name', async () => {
    for (const time of [1, 2, 3]) {
      await store.appendEvent({ event: 'a', time, fields: { x: time } })
      await store.appendEvent({ event: 'b', time, fields: {} })
    }
    await store.deleteEventsBefore(3)
    expect(await store.readEvents('a', 0)).toEqual([{ event: 'a', time: 3, fields: { x: 3 } }])
    expect(await store.readEvents('b', 0)).toHaveLength(1)
  })

  it('keeps facts by model, kind and key, replaces them, and gives copies', async () => {
    const name = { model: 'digits', kind: 'proof', key: 'wasm' }
    const value = { at: 1, backends: ['wasm'], data: Float32Array.of(1, 2) }
    await store.writeFact(name, value)
    value.data[0] = 9
    await store.writeFact({ ...name, model: 'wine' }, 'wine')
    await store.writeFact({ ...name, kind: 'choice' }, 'choice')
    expect(await store.readFact(name)).toEqual({ ...value, data: Float32Array.of(1, 2) })
    await store.writeFact(name, null)
    expect(await store.readFact(name)).toBeNull()
    expect(await store.readFact({ ...name, model: 'wine' })).toBe('wine')
    expect(await store.readFact({ ...name, kind: 'choice' })).toBe('choice')
    expect(await store.readFact({ ...name, key: 'webgpu' })).toBeUndefined()
  })

  it('keeps the facts of one kind and model that were noted last', async () => {
    const write = (key: string, model = 'digits') => store.writeFact({ model, kind: 'proof', key }, key, 3)
    await write('0', 'wine')
    for (const key of ['a', 'b', 'c', 'a', 'd']) await write(key)
    const read = (key: string) => store.readFact({ model: 'digits', kind: 'proof', key })
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(read))).toEqual(['a', undefined, 'c', 'd'])
    expect(await store.readFact({ model: 'wine', kind: 'proof', key: '0' })).toBe('0')
  })

  it('refuses everything once it is closed, and closes twice', async () => {
    await store.writeBlob(hash('a'), someBytes(1))
    await store.close()
    await store.close()
    const calls = [
      () => store.readBlob(hash('a')),
      () => store.writeBlob(hash('a'), someBytes(1)),
      () => store.readModel('digits'),
      () => store.updateModel('digits', (record) => record),
      () => store.usage(),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
}
