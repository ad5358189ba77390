import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { bytesOf, changed, rollout } from '../test/documents.ts'
import { expectOnly, failure } from '../test/failure.ts'
import { damagedBytes, mutatedDocuments } from '../test/mutations.ts'
import { candidates, parseRollout } from './rollout.ts'
import { compareVersions } from './version.ts'

const read = (document: unknown, model = 'wine') => parseRollout(bytesOf(document), model)

describe('parseRollout', () => {
  it('reads what was written', () => {
    expect(read(rollout)).toEqual(rollout)
  })

  it.each<[path: string, value: unknown]>([
    ['format', 2],
    ['model', 'digits'],
    ['model', '..'],
    ['revision', 0],
    ['revision', 1.5],
    ['revision', '3'],
    ['champion', '1.2.0'],
    ['champion', undefined],
    ['champion', 'newest'],
    ['challenger', '3.0.0'],
    ['challenger', null],
    ['versions', []],
    ['versions', {}],
    ['versions.0.version', '2'],
    ['versions.1.manifest', undefined],
    ['versions.1.manifest.sha256', 'none'],
    ['versions.1.manifest.size', -1],
    ['versions.0.requirements.features', ['magic']],
  ])('refuses %s = %j', (path, value) => {
    expect(failure(() => read(changed(rollout, path, value))).code).toBe('ROLLOUT_INVALID')
  })

  it('refuses a version that is listed twice', () => {
    const twice = {
      ...rollout,
      versions: [...rollout.versions, { ...rollout.versions[1]!, manifest: rollout.versions[0]!.manifest }],
    }
    expect(failure(() => read(twice)).message).toContain('1.1.0')
  })

  it('throws nothing but ROLLOUT_INVALID, whatever the document', () => {
    fc.assert(
      fc.property(mutatedDocuments(rollout), (document) => {
        expectOnly('ROLLOUT_INVALID', () => read(document))
      }),
      { numRuns: 500 },
    )
  })

  it('throws nothing but ROLLOUT_INVALID, whatever the bytes', () => {
    fc.assert(
      fc.property(damagedBytes(bytesOf(rollout)), (bytes) => {
        expectOnly('ROLLOUT_INVALID', () => parseRollout(bytes, 'wine'))
      }),
      { numRuns: 500 },
    )
  })
})

describe('candidates', () => {
  it('lists the champion first, then older versions, and never a challenger or a later version', () => {
    expect(candidates(rollout).map(({ version }) => version)).toEqual(['1.1.0', '1.0.0'])
  })

  it('goes from new to old in whatever order they are listed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(50), { minLength: 1, maxLength: 10 }), fc.nat(), (minors, pick) => {
        const versions = minors.map((minor) => ({ ...rollout.versions[1]!, version: `1.${minor}.0` }))
        const champion = versions[pick % versions.length]!.version
        const found = candidates({ format: 1, model: 'wine', revision: 1, champion, versions }).map(
          ({ version }) => version,
        )
        expect(found[0]).toBe(champion)
        expect(found).toEqual([...found].sort((a, b) => compareVersions(b, a)))
      }),
    )
  })
})
