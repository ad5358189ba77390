import { expect, test } from 'vitest'

import { checkUpdates } from './check-model-options.ts'
import { resolveOptions } from './client-options.ts'
import type { ClientOptions } from './options-api.ts'

const root = { signed: { _type: 'root' }, signatures: [] }
const valid: ClientOptions = { repository: 'https://models.example/', app: 'test', root }

test('URLs become absolute and folders end with a slash', () => {
  const { host, runtime } = resolveOptions({ ...valid, repository: '/models', assetBase: 'engines/' })
  expect(host.repository).toBe(new URL('/models/', document.baseURI).href)
  expect(runtime.assetBase).toBe(new URL('engines/', document.baseURI).href)
})

const circular: { signed?: object } = {}
circular.signed = circular

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['no repository', { app: 'test', root }],
  ['a repository that is no URL', { ...valid, repository: 'http://[' }],
  ['no app', { repository: valid.repository, root }],
  ['no root', { ...valid, root: undefined }],
  ['an empty root', { ...valid, root: '' }],
  ['a root that is the path of one', { ...valid, root: './root.json' }],
  ['a root that is a web page', { ...valid, root: '<!doctype html>' }],
  ['a root that is other metadata', { ...valid, root: { signed: { _type: 'targets' } } }],
  ['a root of bytes that are no text', { ...valid, root: Uint8Array.of(0xff) }],
  ['a root that is a number', { ...valid, root: 1 }],
  ['a root that holds itself', { ...valid, root: circular }],
  ['an empty app', { ...valid, app: '' }],
  ['a server that is no URL', { ...valid, server: 'http://[' }],
  ['a negative interval', { ...valid, pollInterval: -1 }],
  ['no number of threads', { ...valid, threads: 0 }],
  ['a negative storageBudget', { ...valid, storageBudget: -1 }],
  ['a storageBudget that is no number', { ...valid, storageBudget: 'lots' }],
  ['an unknown storage', { ...valid, storage: 'disk' }],
])('%s is refused', (_, options) => {
  expect(() => resolveOptions(options as ClientOptions)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error,
  )
})

test('an update policy is one of three', () => {
  for (const updates of [undefined, 'localThenUpdate', 'latest', 'manual', 'localOnly']) checkUpdates(updates)
  for (const updates of [null, 'always', 'auto', true]) {
    expect(() => {
      checkUpdates(updates)
    }).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error)
  }
})

test('a root is text, bytes or parsed JSON', () => {
  const text = JSON.stringify(root)
  for (const given of [text, new TextEncoder().encode(text), root])
    expect(resolveOptions({ ...valid, root: given }).host.root).toBe(text)
})

test('a missing root says where one comes from', () => {
  const { root: _, ...rest } = valid
  expect(() => resolveOptions(rest as ClientOptions)).toThrow(/homing keys show --root/)
})
