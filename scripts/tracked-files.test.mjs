import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { root } from './pnpm.mjs'

const largestText = 2 * 1024 * 1024 // bytes

/** Committed files and those about to be, as text. */
function textFiles() {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
  })
  const paths = [...new Set(list.toString().split('\0'))].filter((path) => path !== '' && isText(path))
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function isText(/** @type {string} */ path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false })
  if (!stats?.isFile() || stats.size > largestText) return false
  return !readFileSync(join(root, path)).includes(0)
}

/** Places in all files where `pattern` matches. */
function found(/** @type {RegExp} */ pattern) {
  return textFiles().flatMap(({ path, text }) =>
    (text.match(pattern) ?? []).map((match) => `${path}: ${match}`),
  )
}

it('no file names a registry host', () => {
  const host = new RegExp(
    '\\b(?:registry|npm|pkgs?|mirror)\\.[a-z0-9-]+\\.(?:org|com|io|net|dev|cn|internal|local)\\b',
    'gi',
  )
  expect(found(host)).toEqual([])
})

it('the lock file names no address', () => {
  expect(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')).not.toMatch(/https?:\/\//)
})

it('no file names an absolute path of one machine', () => {
  const homes = ['home', 'Users', 'root', 'work', 'farm'].join('|')
  expect(found(new RegExp(`(?<![\\w.\`*}-])/(?:${homes})/[\\w.-]+`, 'g'))).toEqual([])
})
