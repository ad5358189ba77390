import { expect, test } from 'vitest'

import type { ModelRecord } from '../../store/store.ts'
import { asActive, asRejected } from './model-records.ts'

const version = (version: string) => ({ version, manifestSha256: version.at(-1)!.repeat(64) })
const failure = { code: 'BACKEND_UNAVAILABLE', reason: 'none' }
const record: ModelRecord = { model: 'tiny', rejected: {}, active: version('1.0.1') }

test('a version that serves or is rejected is on its way no more', () => {
  const next = version('1.0.2')
  const underWay = { ...record, staged: next, downloading: next }
  expect(asActive(underWay, next)).toEqual({ ...record, active: next, lastGood: version('1.0.1') })
  expect(asRejected(underWay, next, failure)).toMatchObject({ active: version('1.0.1') })
  expect(asRejected(underWay, next, failure).staged).toBeUndefined()
})

test('what another tab has on its way stays in the record, so that its files are not garbage', () => {
  const others = { staged: version('1.0.3'), downloading: version('1.0.4') }
  expect(asActive({ ...record, ...others }, version('1.0.2'))).toMatchObject(others)
  expect(asRejected({ ...record, ...others }, version('1.0.2'), failure)).toMatchObject(others)
})
