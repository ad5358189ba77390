import { HomingError, maxSignedUrls, type SignedUrls } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { minTokenUse, tokenMargin } from '../config.ts'
import { createUrlSigner, type SignUrls } from './url-signer.ts'

const base = 'https://models.example.org/repository/'
const forbidden = new HomingError('FORBIDDEN', 'not this one')

/** Signs for an hour, and remembers what it was asked for; `refused` cannot be had. */
function signing(refused: readonly string[] = []) {
  const asked: string[][] = []
  let now = 1_800_000_000_000
  const sign: SignUrls = (places) => {
    asked.push([...places])
    if (places.some((place) => refused.includes(place))) return Promise.reject(forbidden)
    const urls = Object.fromEntries(places.map((place) => [place, `${place}?n=${asked.length}`]))
    return Promise.resolve({ expires: now / 1000 + 3600, urls })
  }
  const signer = createUrlSigner({ sign, base, time: () => now })
  return { signer, asked, pass: (ms: number) => (now += ms) }
}

test('an address is asked for once, until shortly before it expires', async () => {
  const { signer, asked, pass } = signing()
  const first = await Promise.all([signer.address('blobs/a'), signer.address('blobs/a')])
  expect(first).toEqual(Array(2).fill(`${base}blobs/a?n=1`))
  pass(3_600_000 - tokenMargin - 1)
  expect(await signer.address('blobs/a')).toBe(first[0])
  pass(1)
  expect(await signer.address('blobs/a')).toBe(`${base}blobs/a?n=2`)
  expect(asked).toEqual([['blobs/a'], ['blobs/a']])
})

test('what is read soon is signed with what is read now', async () => {
  const { signer, asked, pass } = signing()
  signer.expect(['blobs/a', 'blobs/b', 'blobs/c'])
  expect(await signer.address('blobs/b')).toBe(`${base}blobs/b?n=1`)
  expect(await signer.address('blobs/a')).toBe(`${base}blobs/a?n=1`)
  expect(asked).toEqual([['blobs/b', 'blobs/a', 'blobs/c']])
  pass(3_600_000)
  await signer.address('models/x/1.0.0/manifest.json')
  expect(asked[1], 'but not what was read').toEqual(['models/x/1.0.0/manifest.json', 'blobs/c'])
})

test('any number of files takes requests of a bounded length, and each file one', async () => {
  const { signer, asked } = signing()
  const places = Array.from({ length: 2 * maxSignedUrls + 3 }, (_none, index) => `blobs/${index}`)
  signer.expect(places)
  await Promise.all(places.map((place) => signer.address(place)))
  expect(asked.map(({ length }) => length)).toEqual([maxSignedUrls, maxSignedUrls, 3])
  expect(asked.flat().sort()).toEqual([...places].sort())
})

test('one file that may not be read keeps no other from being read', async () => {
  const { signer } = signing(['blobs/no'])
  signer.expect(['blobs/no', 'blobs/a'])
  expect(await signer.address('blobs/a')).toBe(`${base}blobs/a?n=2`)
  await expect(signer.address('blobs/no')).rejects.toBe(forbidden)
})

test('a refused address is replaced, but not what replaced it', async () => {
  const { signer, asked } = signing()
  const old = await signer.address('blobs/a')
  signer.refuse('blobs/a', old)
  const next = await signer.address('blobs/a')
  signer.refuse('blobs/a', old)
  expect(await signer.address('blobs/a')).toBe(next)
  expect(asked).toHaveLength(2)
})

test('a clock that is ahead costs no request for every file', async () => {
  const past = { expires: 1, urls: { 'blobs/a': 'https://cdn.example.org/a?good' } }
  let asked = 0
  let now = 1_800_000_000_000
  const signer = createUrlSigner({ sign: () => (asked++, Promise.resolve(past)), base, time: () => now })
  expect(await signer.address('blobs/a')).toBe('https://cdn.example.org/a?good')
  now += minTokenUse - 1
  await signer.address('blobs/a')
  expect(asked).toBe(1)
})

test('what was signed for the user before is not used for the next', async () => {
  const given: ((urls: SignedUrls) => void)[] = []
  const sign: SignUrls = () => new Promise((resolve) => given.push(resolve))
  const signer = createUrlSigner({ sign, base, time: Date.now })
  const before = signer.address('blobs/a')
  before.catch(() => undefined)
  signer.clear()
  const after = signer.address('blobs/a')
  const expires = Date.now() / 1000 + 3600
  given[0]!({ expires, urls: { 'blobs/a': '?first' } })
  given[1]!({ expires, urls: { 'blobs/a': '?second' } })
  expect(await after).toBe(`${base}?second`)
})

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'RESPONSE_UNEXPECTED'],
  ['no addresses', { expires: 2e9 }, 'RESPONSE_UNEXPECTED'],
  ['no end', { urls: { 'blobs/a': 'x' } }, 'RESPONSE_UNEXPECTED'],
  ['NaN as its end', { expires: NaN, urls: { 'blobs/a': 'x' } }, 'RESPONSE_UNEXPECTED'],
  ['an address that is none', { expires: 2e9, urls: { 'blobs/a': 'https://' } }, 'RESPONSE_UNEXPECTED'],
  ['another file alone', { expires: 2e9, urls: { 'blobs/b': 'x' } }, 'UNAUTHORIZED'],
  ['a name that every object has', { expires: 2e9, urls: {} }, 'UNAUTHORIZED'],
])('an answer with %s is refused', async (_what, answer, code) => {
  const sign = (): Promise<SignedUrls> => Promise.resolve(answer as SignedUrls)
  const signer = createUrlSigner({ sign, base, time: Date.now })
  await expect(signer.address('blobs/a')).rejects.toMatchObject({ code })
  await expect(signer.address('constructor')).rejects.toBeInstanceOf(HomingError)
})

test('whatever is read, refused or expected in whatever order: each address is good for its place', async () => {
  const place = fc.constantFrom('blobs/a', 'blobs/b', 'blobs/c', 'blobs/no')
  const step = fc.oneof(
    fc.record({ kind: fc.constant('address' as const), place }),
    fc.record({ kind: fc.constant('refuse' as const), place }),
    fc.record({ kind: fc.constant('expect' as const), place }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(4_000_000) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { signer, pass } = signing(['blobs/no'])
      const last = new Map<string, string>()
      const reads: Promise<void>[] = []
      for (const each of steps) {
        if (each.kind === 'pass') pass(each.ms)
        else if (each.kind === 'expect') signer.expect([each.place])
        else if (each.kind === 'refuse') signer.refuse(each.place, last.get(each.place) ?? '')
        else
          reads.push(
            signer.address(each.place).then(
              (address) => {
                expect(each.place).not.toBe('blobs/no')
                expect(address.startsWith(`${base}${each.place}?`)).toBe(true)
                last.set(each.place, address)
              },
              (error: unknown) => {
                expect(each.place).toBe('blobs/no')
                expect(error).toBe(forbidden)
              },
            ),
          )
        if (reads.length % 3 === 0) await Promise.all(reads)
      }
      await Promise.all(reads)
    }),
  )
})
