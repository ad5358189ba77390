import { expect, test } from 'vitest'

import { wantedPatches } from './wanted-patches.ts'

const version = (name: string, parent?: string) => ({ version: name, parent })

test('newest versions and those that serve get patches against their parent and the last few before them', () => {
  const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.10.0'].map((name) => version(name))
  versions[5] = version('1.10.0', '1.0.0')
  expect(wantedPatches(versions, ['1.2.0'])).toEqual([
    { version: '1.10.0', bases: ['1.0.0', '1.4.0', '1.3.0', '1.2.0'] },
    { version: '1.4.0', bases: ['1.3.0', '1.2.0', '1.1.0'] },
    { version: '1.2.0', bases: ['1.1.0', '1.0.0'] },
  ])
})

test('a first version gets none, nor is a parent that is not listed, or is later, a base', () => {
  expect(wantedPatches([version('1.0.0', '0.9.0')], ['1.0.0'])).toEqual([])
  expect(wantedPatches([version('1.0.0'), version('1.1.0', '2.0.0')], [])).toEqual([
    { version: '1.1.0', bases: ['1.0.0'] },
  ])
})
