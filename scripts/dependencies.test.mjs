import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { root } from './pnpm.mjs'

const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']

/** Every package.json of the workspace. */
function packageFiles() {
  const folders = ['packages', 'examples'].flatMap((parent) => {
    try {
      return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`)
    } catch {
      return []
    }
  })
  return ['.', 'demo', 'models', 'e2e', 'bench', ...folders].map((folder) =>
    JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
  )
}

it('docs/dependencies.md has one line for every dependency, and none for what is gone', () => {
  const names = packageFiles().flatMap((file) => kinds.flatMap((kind) => Object.keys(file[kind] ?? {})))
  const used = new Set(names.filter((name) => !name.startsWith('@homing/')))
  const page = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8')
  const listed = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  expect(listed.toSorted()).toEqual([...used].toSorted())
})
