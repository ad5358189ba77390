import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import type { BrowserContext } from '@playwright/test'

import { examplesFolder } from './examples.ts'

const folder = join(examplesFolder, 'electron')

/** How the page hears that the computer woke up, where Electron's main process would send `resume`. */
export const resume = 'dispatchEvent(new Event("ipc:resume"))'

/**
 * Gives `context` what a window of Electron has: the example's own preload script, in a scope of its own, on what the
 * sandbox lends it of `electron`. `invoked` answers in the place of the main process.
 */
export async function preloaded(
  context: BrowserContext,
  invoked: (channel: string) => unknown,
): Promise<void> {
  const preload = await readFile(join(folder, 'preload.cjs'), 'utf8')
  await context.exposeFunction('ipcInvoke', invoked)
  await context.addInitScript(`{
    const electron = {
      contextBridge: { exposeInMainWorld: (name, api) => Object.defineProperty(globalThis, name, { value: Object.freeze(api) }) },
      ipcRenderer: {
        invoke: (channel) => globalThis.ipcInvoke(channel),
        on: (channel, listener) => addEventListener('ipc:' + channel, (event) => listener(event)),
      },
    }
    const lent = (name) => {
      if (name !== 'electron') throw new Error('A sandboxed preload script has no ' + name)
      return electron
    }
    new Function('require', ${JSON.stringify(preload)})(lent)
  }`)
}

/** A running server of `serveElectronPage`. */
export interface ElectronPage {
  readonly url: string
  close(): Promise<void>
}

/** Serves the built page over HTTP by what serves it under the example's own scheme, headers included. */
export async function serveElectronPage(repository: string): Promise<ElectronPage> {
  const { pageFile } = (await import(join(folder, 'page-file.mjs'))) as {
    pageFile: (pathname: string, repository: string) => Promise<Response>
  }
  const server = createServer((request, response) => {
    void pageFile(new URL(request.url ?? '/', 'http://localhost').pathname, repository).then(async (file) => {
      response.writeHead(file.status, Object.fromEntries(file.headers))
      response.end(Buffer.from(await file.arrayBuffer()))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
