import { expect, test } from 'vitest'

import type { ClientOptions } from './api.ts'
import { checkUpdates, resolveOptions } from './client-options.ts'

test('URLs become absolute and folders end with a slash', () => {
  const { host, runtime } = resolveOptions({ repository: '/models', app: 'test', assetBase: 'engines/' })
  expect(host.repository).toBe(new URL('/models/', document.baseURI).href)
  expect(runtime.assetBase).toBe(new URL('engines/', document.baseURI).href)
})

const valid: ClientOptions = { repository: 'https://models.example/', app: 'test' }

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['no repository', { app: 'test' }],
  ['a repository that is no URL', { ...valid, repository: 'http://[' }],
  ['no app', { repository: valid.repository }],
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
  for (const updates of [undefined, 'auto', 'manual', 'off']) checkUpdates(updates)
  for (const updates of [null, 'always', true]) {
    expect(() => {
      checkUpdates(updates)
    }).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error)
  }
})
