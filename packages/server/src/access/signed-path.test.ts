import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { provesPath, signatureOf, signPath } from './signed-path.ts'

const secret = 'a secret that only the server and its CDN know'
const path = `blobs/${'a'.repeat(64)}`
const now = 1_800_000_000
const query = (expires: number) => ({
  expires: String(expires),
  signature: signatureOf(secret, path, expires),
})

test('a signature opens its path until its time is over', () => {
  expect(provesPath(secret, path, query(now + 1), now)).toBe(true)
  expect(provesPath(secret, path, query(now), now)).toBe(false)
  expect(signPath(secret, path, now)).toBe(`${path}?expires=${now}&signature=${query(now).signature}`)
})

test('the signature is the HMAC that a CDN would make', () => {
  // printf 'blobs/x\n1800000000' | openssl dgst -sha256 -hmac key -binary | base64url
  expect(signatureOf('key', 'blobs/x', now)).toBe('v3YH4XjjFDs6EDVRNQVARdskZJxd04aiJED3RUornrk')
})

test('nothing else opens it', () => {
  const good = query(now + 60)
  expect(provesPath('another secret', path, good, now)).toBe(false)
  expect(provesPath(secret, `${path}b`, good, now)).toBe(false)
  expect(provesPath(secret, path, { ...good, expires: String(now + 61) }, now)).toBe(false)
  for (const expires of ['', '+1', '1e12', ' 1800000060', '-1', '01800000060x', 'Infinity', '9'.repeat(20)])
    expect(provesPath(secret, path, { ...good, expires }, now), expires).toBe(false)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (signature) => {
      expect(provesPath(secret, path, { ...good, signature }, now)).toBe(false)
    }),
  )
})
