import { expect, test } from 'vitest'

import type { ModelRecord } from '../../../store/store.ts'
import { maxRejections, sdkVersion } from '../../config.ts'
import { asActive, asProven, asRejected, asRolledBack } from './model-records.ts'

const version = (version: string) => ({ version, manifestSha256: version.at(-1)!.repeat(64) })
const [first, second, third] = [version('1.0.1'), version('1.0.2'), version('1.0.3')]
const failures = {
  [`${second.manifestSha256} 0.1.0 onnx 1.30.0 wasm cpu`]: { code: 'ENGINE_FAILED', reason: 'no' },
}
const record: ModelRecord = { model: 'tiny', rejected: {}, active: first }

test('a version that serves or is rejected is on its way no more', () => {
  const underWay = { ...record, staged: second, downloading: second }
  expect(asActive(underWay, second)).toEqual({
    ...record,
    active: second,
    lastGood: first,
    trial: second.manifestSha256,
  })
  expect(asRejected(underWay, second, failures)).toEqual({ ...record, rejected: failures })
})

test('what another tab has on its way stays in the record, so that its files are not garbage', () => {
  const others = { staged: version('1.0.3'), downloading: version('1.0.4') }
  expect(asActive({ ...record, ...others }, second)).toMatchObject(others)
  expect(asRejected({ ...record, ...others }, second, failures)).toMatchObject(others)
})

test('a version that is activated again stays on trial, or proven, as it was', () => {
  const tried = asActive(record, second)
  expect(asActive(tried, second)).toEqual(tried)
  const proven = asProven(tried, second)
  expect(proven).toEqual({ ...record, active: second, lastGood: first })
  expect(asActive(proven, second)).toEqual(proven)
  expect(asProven(tried, first)).toEqual(tried)
})

test('going back moves the pointer to the last good version, once, and forgets the trial', () => {
  const tried = asActive(record, second)
  expect(asRolledBack(tried, second, false)).toEqual(record)
  expect(asRolledBack(tried, second, true)).toEqual({ ...record, declined: second.manifestSha256 })
  expect(asRolledBack(record, first, false)).toEqual(record)
  expect(asRolledBack(tried, first, false)).toEqual(tried) // another tab has moved on
})

test('a later version ends what the app declined; one that was withdrawn is never gone back to', () => {
  const declined = asRolledBack(asActive(record, second), second, true)
  expect(asActive(declined, third)).toEqual({
    ...record,
    active: third,
    lastGood: first,
    trial: third.manifestSha256,
  })
  expect(asActive(asActive(record, second), first, true)).toEqual(record)
  const withdrawn = asActive({ ...record, active: third, lastGood: second }, first, true)
  expect(withdrawn).toMatchObject({ active: first, lastGood: second })
})

test('failures under another SDK are forgotten with the next one', () => {
  const old = { [`${first.manifestSha256} 0.0.1`]: { code: 'BACKEND_UNAVAILABLE', reason: 'old' } }
  expect(asRejected({ ...record, rejected: old }, second, failures).rejected).toEqual(failures)
})

test('of many failures the latest are remembered', () => {
  const keyOf = (at: number): string => `${at} ${sdkVersion} onnx 1.30.0 wasm cpu`
  let kept = record
  for (const at of [0, 1, ...Array.from({ length: 2 * maxRejections }, (_, index) => index), 0])
    kept = asRejected(kept, second, { [keyOf(at)]: { code: 'ENGINE_FAILED', reason: String(at) } })
  const keys = Object.keys(kept.rejected)
  expect(keys).toHaveLength(maxRejections)
  expect(keys.at(-1)).toBe(keyOf(0))
  expect(keys[0]).toBe(keyOf(maxRejections + 1))
})
