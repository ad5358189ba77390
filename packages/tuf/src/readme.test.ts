import { readFile } from 'node:fs/promises'

import { tufRepository } from '@homing/testkit'
import { expect, it } from 'vitest'

import * as tuf from './index.ts'
import * as repository from './repository.ts'

/** The examples of the README, without their imports. */
async function examples(): Promise<string[]> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const found = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
  return found.map(([, text]) => text!.replace(/^import [^']*'.*'$/m, ''))
}

it('runs the example of the README', async () => {
  const [example] = await examples()
  const repository = tufRepository()
  repository.addTarget('models/digits/1.0.0/manifest.json', '{}')
  repository.publish('targets')
  const kept = new Map([['root', repository.roots[0]!]])
  const store: tuf.MetadataStore = {
    read: (role) => Promise.resolve(kept.get(role)),
    write: (role, bytes) => Promise.resolve(void kept.set(role, bytes)),
  }
  const serve = (url: string): Promise<Response> => {
    const path = url.replace(/^https:\/\/models\.example\.com\/(metadata\/)?/, '')
    const body = repository.answer(url.includes('/metadata/') ? path : `targets/${path}`)
    return Promise.resolve(new Response(body ?? null, { status: body ? 200 : 404 }))
  }
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text under test is the README's own
  const run = new Function(
    'refresh',
    'webFetcher',
    'store',
    'fetch',
    `return (async () => {${example} return manifest })()`,
  ) as (...names: unknown[]) => Promise<Uint8Array>
  const manifest = await run(tuf.refresh, tuf.webFetcher, store, serve)
  expect(new TextDecoder().decode(manifest)).toBe('{}')
})

it('runs the example of signing', async () => {
  const [, example] = await examples()
  const names = Object.keys(repository)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text under test is the README's own
  const run = new Function(...names, `return (async () => {${example} return root })()`) as (
    ...values: unknown[]
  ) => Promise<repository.Root>
  expect(await run(...names.map((name) => repository[name as keyof typeof repository]))).toMatchObject({
    version: 2,
    consistent_snapshot: true,
  })
})
