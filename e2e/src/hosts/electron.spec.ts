import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { root } from '../fixtures/places.ts'
import { chromiumHost } from './chromium-host.ts'
import { preloaded, resume, serveElectronPage } from './electron-window.ts'
import { smoke } from './smoke.ts'
import { expect, test } from './test.ts'
import { watchPage } from './watch-page.ts'

test('Electron: its page does it all in Chromium, on the same preload script, policy and files', async ({
  context,
  server,
}) => {
  const repository = `${server.origin}/repository/`
  const page = await serveElectronPage(repository)
  const seen = watchPage(context)
  const asked: string[] = []
  await preloaded(context, (channel) => {
    asked.push(channel)
    return channel === 'repository' ? repository : undefined
  })
  const host = chromiumHost(context)
  const [first] = await smoke(host, { page: page.url, server, look: resume })
  expect(first?.threads).toBeGreaterThan(1)
  expect(new Set(asked)).toEqual(new Set(['repository']))
  expect(seen.complaints).toEqual([])
  expect(seen.origins).toEqual(new Set([new URL(page.url).origin, server.origin]))
  expect(await host.evaluate('[typeof require, typeof process, Object.isFrozen(desktop)]')).toEqual([
    'undefined',
    'undefined',
    true,
  ])
  await page.close()
})

test('Electron: what the preload script asks for and listens to, the main process answers and sends', async () => {
  const source = (name: string): Promise<string> => readFile(join(root, 'examples/electron', name), 'utf8')
  const channels = (text: string, call: RegExp): string[] =>
    [...text.matchAll(call)].map(([, channel = '']) => channel)
  const [main, preload] = await Promise.all([source('main.mjs'), source('preload.cjs')])
  expect(channels(preload, /invoke\('(.*?)'/g)).toEqual(channels(main, /ipcMain\.handle\('(.*?)'/g))
  expect(channels(preload, /ipcRenderer\.on\('(.*?)'/g)).toEqual(channels(main, /\.send\('(.*?)'/g))
})
