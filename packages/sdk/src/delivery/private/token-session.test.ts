import { HomingError } from '@homing/protocol'
import { expect, test } from 'vitest'

import { minTokenUse, tokenMargin } from '../config.ts'
import { hastyPlatform } from '../hasty-platform.ts'
import { createTokenSession } from './token-session.ts'

const start = 1_800_000_000_000

/** A token that ends `after` milliseconds after the start. */
const tokenUntil = (after: number, mark = 'x'): string => {
  const claims = { exp: (start + after) / 1000, homing: { models: { digits: start / 1000 } } }
  return `head.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.${mark}`
}

function session(give: (call: number) => string | undefined | Promise<string | undefined>) {
  const clock = { now: start, calls: 0, told: 0 }
  const tokens = createTokenSession({
    getToken: async () => give(++clock.calls),
    time: () => clock.now,
    onClaims: () => clock.told++,
  })
  return { tokens, clock }
}

test('a token is asked for once, until shortly before it ends', async () => {
  const { tokens, clock } = session((call) => tokenUntil(300_000 * call, String(call)))
  const first = tokenUntil(300_000, '1')
  expect(await Promise.all([tokens.token(), tokens.token(), tokens.token()])).toEqual([first, first, first])
  clock.now += 300_000 - tokenMargin - 1
  expect(await tokens.token()).toBe(first)
  expect([clock.calls, clock.told]).toEqual([1, 1])
  clock.now += 1
  expect(await tokens.token()).toBe(tokenUntil(600_000, '2'))
  expect([clock.calls, clock.told]).toEqual([2, 2])
})

test('a clock that is wrong by a day does not make every request ask', async () => {
  const { tokens, clock } = session(() => tokenUntil(-86_400_000))
  await tokens.token()
  clock.now += minTokenUse - 1
  await tokens.token()
  expect(clock.calls).toBe(1)
  clock.now += 1
  await tokens.token()
  expect(clock.calls).toBe(2)
})

test('an opaque token is used until it is refused', async () => {
  const { tokens, clock } = session((call) => `opaque-${call}`)
  await tokens.token()
  clock.now += 1e10
  expect(await tokens.token()).toBe('opaque-1')
  tokens.refuse('opaque-1')
  tokens.refuse('opaque-1')
  expect(await tokens.token()).toBe('opaque-2')
  tokens.refuse('opaque-1') // by an answer that came late
  expect(await tokens.token()).toBe('opaque-2')
  expect(tokens.claims()).toBeUndefined()
})

test('nobody signed in is no token, and is asked about again', async () => {
  const { tokens, clock } = session((call) => (call === 1 ? undefined : call === 2 ? '' : 'opaque'))
  expect(await tokens.token()).toBeUndefined()
  expect(await tokens.token()).toBeUndefined()
  expect(await tokens.token()).toBe('opaque')
  expect(clock.calls).toBe(3)
})

test('a hook that fails is told of, and asked again', async () => {
  const { tokens } = session((call) => (call === 1 ? Promise.reject(new TypeError('offline')) : 'opaque'))
  await expect(tokens.token()).rejects.toMatchObject({ code: 'UNAUTHORIZED', cause: { message: 'offline' } })
  expect(await tokens.token()).toBe('opaque')
})

test('a hook that never answers is asked again after a while', async () => {
  let calls = 0
  const tokens = createTokenSession({
    getToken: () => (++calls === 1 ? new Promise(() => undefined) : Promise.resolve('opaque')),
    time: () => start,
    sleep: hastyPlatform(10_000).sleep,
  })
  await expect(tokens.token()).rejects.toMatchObject({ code: 'UNAUTHORIZED', cause: { code: 'TIMEOUT' } })
  expect(await tokens.token()).toBe('opaque')
})

test.each(['two words', 'line\nbreak', 'naïve', 7, { token: 'x' }])(
  '%j is no token and is not shown',
  async (given) => {
    const { tokens } = session(() => given as string)
    const error = await tokens.token().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HomingError)
    expect(error).toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.not.stringContaining(JSON.stringify(given)),
    })
  },
)

test('after clear() the next user’s token comes, also where one was on its way', async () => {
  let answer!: (token: string) => void
  const { tokens } = session((call) =>
    call === 1 ? new Promise<string>((resolve) => (answer = resolve)) : tokenUntil(300_000, 'next'),
  )
  const late = tokens.token()
  tokens.clear()
  answer(tokenUntil(300_000, 'last'))
  await late
  expect(tokens.claims()).toBeUndefined()
  expect(await tokens.token()).toBe(tokenUntil(300_000, 'next'))
})

test('renew() asks whatever is at hand, and tells what the new token claims', async () => {
  const { tokens, clock } = session((call) =>
    call < 3 ? tokenUntil(300_000 * call, String(call)) : undefined,
  )
  await tokens.token()
  expect(await tokens.renew()).toMatchObject({ exp: (start + 600_000) / 1000 })
  expect(await tokens.token()).toBe(tokenUntil(600_000, '2'))
  expect(await tokens.renew()).toBeUndefined()
  expect(tokens.claims()).toBeUndefined()
  expect(clock.calls).toBe(3)
})
