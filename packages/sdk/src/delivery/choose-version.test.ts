import { compareVersions, type ListedVersion, type Requirements, type Rollout } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { chooseVersion, requireChoice } from './choose-version.ts'
import { type Device, unmetRequirements } from './unmet-requirements.ts'

const listed = (version: string, requirements?: Requirements): ListedVersion => ({
  version,
  manifest: { sha256: 'a'.repeat(64), size: 1 },
  ...(requirements ? { requirements } : {}),
})
const rolloutOf = (champion: string, versions: ListedVersion[]): Rollout => ({
  format: 1,
  model: 'digits',
  revision: 1,
  champion,
  versions,
})
const device: Device = {
  sdk: '1.2.0',
  engines: { onnx: '1.30.0', tfjs: '4.22.0' },
  memory: 4e9,
  features: new Set(['webgl2', 'wasm-simd']),
}

describe('unmet requirements', () => {
  it.each<[string, Requirements | undefined, string[]]>([
    ['none stated', undefined, []],
    [
      'all met',
      { sdk: '1.2.0', engine: { from: '1.20.0', below: '2.0.0' }, memory: 4e9, features: ['webgl2'] },
      [],
    ],
    ['a newer SDK', { sdk: '1.2.1' }, ['needs SDK 1.2.1, this is 1.2.0']],
    ['a release where this is older than its candidate', { sdk: '1.2.0-rc.1' }, []],
    [
      'an engine of a later version',
      { engine: { from: '5.0.0' } },
      ['needs an engine from 5.0.0, this app has onnx 1.30.0, tfjs 4.22.0'],
    ],
    [
      'an engine below a version',
      { engine: { below: '1.30.0' } },
      ['needs an engine below 1.30.0, this app has onnx 1.30.0, tfjs 4.22.0'],
    ],
    ['an engine that one of two is', { engine: { from: '4.0.0', below: '5.0.0' } }, []],
    ['more memory', { memory: 8e9 }, ['needs 8000000000 bytes of memory, this device has 4000000000']],
    ['missing features', { features: ['webgpu', 'webgl2', 'shader-f16'] }, ['needs webgpu, shader-f16']],
  ])('%s', (_what, requirements, reasons) => {
    expect(unmetRequirements(requirements, device)).toEqual(reasons)
  })

  it('judges one engine where it is known', () => {
    const requirements: Requirements = { engine: { from: '4.0.0' } }
    expect(unmetRequirements(requirements, device, 'tfjs')).toEqual([])
    expect(unmetRequirements(requirements, device, 'onnx')).toHaveLength(1)
  })

  it('does not hold against a version what the device does not tell', () => {
    const all: Requirements = { engine: { from: '99.0.0' }, memory: 1e12, features: ['webgpu'] }
    expect(unmetRequirements(all, { sdk: '1.0.0' })).toEqual([])
  })
})

describe('choice of a version', () => {
  const three = rolloutOf('1.1.0', [listed('2.0.0'), listed('1.1.0', { sdk: '9.0.0' }), listed('1.0.0')])

  it('takes the newest from the champion downwards that the device can run', () => {
    expect(chooseVersion(three, { device })).toEqual({
      name: 'chosen',
      listed: listed('1.0.0'),
      passedOver: [{ version: '1.1.0', reasons: ['needs SDK 9.0.0, this is 1.2.0'] }],
    })
  })

  it('passes over what failed on this device', () => {
    const refusal = ({ version }: ListedVersion) => (version === '1.0.0' ? 'failed its probe' : undefined)
    const choice = chooseVersion(three, { device, refusal })
    expect(choice).toMatchObject({
      name: 'none',
      passedOver: [{ version: '1.1.0' }, { reasons: ['failed its probe'] }],
    })
    expect(() => requireChoice('digits', choice)).toThrow(
      expect.objectContaining({
        code: 'VERSION_UNSUPPORTED',
        details: { reasons: choice.name === 'none' && choice.passedOver },
      }),
    )
  })

  it('takes the pinned version and no other, also one above the champion', () => {
    expect(chooseVersion(three, { device, pinned: '2.0.0' })).toMatchObject({ listed: { version: '2.0.0' } })
    expect(chooseVersion(three, { device, pinned: '1.1.0' })).toMatchObject({ name: 'none' })
    const unlisted = chooseVersion(three, { device, pinned: '3.0.0' })
    expect(unlisted).toEqual({ name: 'unlisted', version: '3.0.0' })
    expect(() => requireChoice('digits', unlisted)).toThrow(
      expect.objectContaining({ code: 'VERSION_UNKNOWN' }),
    )
  })

  const version = fc
    .tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.boolean())
    .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre ? '-rc.1' : ''}`)
  const requirements = fc.constantFrom<Requirements | undefined>(
    undefined,
    { sdk: '1.0.0' },
    { sdk: '2.0.0' },
    { features: ['webgpu'] },
    { memory: 1 },
  )
  const rollout = fc
    .uniqueArray(fc.record({ version, requirements }), {
      minLength: 1,
      maxLength: 8,
      selector: (entry) => entry.version,
    })
    .chain((entries) =>
      fc.record({
        entries: fc.constant(entries),
        champion: fc.constantFrom(...entries.map((entry) => entry.version)),
        failed: fc.subarray(entries.map((entry) => entry.version)),
      }),
    )

  it('never takes one that is newer than the champion, unsupported or refused, and never misses one', () => {
    const usable = (entry: ListedVersion, failed: readonly string[]) =>
      unmetRequirements(entry.requirements, device).length === 0 && !failed.includes(entry.version)
    fc.assert(
      fc.property(rollout, ({ entries, champion, failed }) => {
        const versions = entries.map((entry) => listed(entry.version, entry.requirements))
        const refusal = (entry: ListedVersion) => (failed.includes(entry.version) ? 'failed' : undefined)
        const choice = chooseVersion(rolloutOf(champion, versions), { device, refusal })
        const possible = versions.filter(
          (entry) => compareVersions(entry.version, champion) <= 0 && usable(entry, failed),
        )
        if (choice.name !== 'chosen') {
          expect(possible).toEqual([])
          return
        }
        expect(possible).toContainEqual(choice.listed)
        for (const entry of possible)
          expect(compareVersions(entry.version, choice.listed.version)).toBeLessThanOrEqual(0)
        for (const passed of choice.passedOver) {
          expect(compareVersions(passed.version, choice.listed.version)).toBeGreaterThan(0)
          expect(passed.reasons.length).toBeGreaterThan(0)
        }
      }),
    )
  })
})
