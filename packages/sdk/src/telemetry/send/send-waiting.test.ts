import { expect, test } from 'vitest'

import { createMemoryOutbox } from '../outbox/memory-outbox.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Verdict } from './post-batch.ts'
import { sendWaiting } from './send-waiting.ts'

const now = 1_800_000_000_000
const platform = { time: () => now, random: () => 1 }

/** An outbox with these batches, whose bodies are their ids, and a round that answers by body. */
async function filled(ids: readonly string[], verdict: (body: string) => Verdict) {
  const outbox = createMemoryOutbox()
  for (const id of ids)
    await outbox.seal('a', false, () => ({ batches: [{ id, body: id, dropped: {} }], marks: [] }), now)
  const sent: string[] = []
  const post = (body: string): Promise<Verdict> => {
    sent.push(body)
    return Promise.resolve(verdict(body))
  }
  return { outbox, sent, round: () => sendWaiting({ outbox, post, platform }) }
}
const left = async (outbox: Outbox): Promise<string[]> => (await outbox.waiting()).map(({ id }) => id)

test('what waits is sent oldest first and deleted on acknowledgement', async () => {
  const { outbox, sent, round } = await filled(['a', 'b', 'c'], () => ({ kind: 'taken' }))
  expect(await round()).toBe(true)
  expect(sent).toEqual(['a', 'b', 'c'])
  expect(await left(outbox)).toEqual([])
})

test('a batch that is refused is dropped with its reason, and the others go', async () => {
  const { outbox, sent, round } = await filled(['a', 'bad', 'c'], (body) => ({
    kind: body === 'bad' ? 'refused' : 'taken',
  }))
  expect(await round()).toBe(true)
  expect(sent).toEqual(['a', 'bad', 'c'])
  expect(await outbox.status()).toMatchObject({ batches: 0, dropped: { refused: 1 } })
})

test('a batch on which the server fails for ever blocks nobody and is dropped in the end', async () => {
  const { outbox, sent, round } = await filled(['bad', 'b', 'c'], (body) => ({
    kind: body === 'bad' ? 'failed' : 'taken',
  }))
  expect(await round()).toBe(false)
  expect(sent).toEqual(['bad', 'b', 'c'])
  expect(await left(outbox)).toEqual(['bad'])
  expect(await outbox.readPause()).toMatchObject({ failures: 1, asked: false })
  let rounds = 1
  while ((await left(outbox)).length > 0) {
    await round()
    rounds++
    expect(rounds).toBeLessThan(20)
  }
  expect((await outbox.status()).dropped).toEqual({ refused: 1 })
})

test('a server that fails on two batches is left alone', async () => {
  const { sent, round } = await filled(['a', 'b', 'c'], () => ({ kind: 'failed' }))
  expect(await round()).toBe(false)
  expect(sent).toEqual(['a', 'b'])
})

test('a server that asks for patience ends the round, and a batch is not blamed for it', async () => {
  const { outbox, sent, round } = await filled(['a', 'b'], () => ({ kind: 'later', after: 90_000 }))
  expect(await round()).toBe(false)
  expect(sent).toEqual(['a'])
  expect(await outbox.readPause()).toEqual({ from: now, until: now + 90_000, failures: 1, asked: true })
  expect((await outbox.waiting()).map(({ attempts }) => attempts)).toEqual([0, 0])
})

test('a batch that arrives ends the pause', async () => {
  const { outbox, round } = await filled(['a'], () => ({ kind: 'taken' }))
  await outbox.writePause({ from: now - 1, until: now, failures: 7, asked: false })
  await round()
  expect(await outbox.readPause()).toBeUndefined()
})

test('a batch whose body is gone is dropped as damaged, and never sent', async () => {
  const { outbox, sent, round } = await filled([''], () => ({ kind: 'taken' }))
  expect(await round()).toBe(true)
  expect(sent).toEqual([])
  expect((await outbox.status()).dropped).toEqual({ damaged: 1 })
})
