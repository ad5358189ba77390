import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import type { DownloadOrder, DownloadTold } from '../../pages/delivery/download-order.ts'
import type { BareBrowser } from '../browser/bare-browser.ts'
import { openBareBrowser } from '../browser/bare-browser.ts'

/** Longest wait for the page to tell something, in milliseconds. */
const patience = 300_000

/** One visit of the page that downloads a model. */
export interface DownloadVisit {
  readonly browser: BareBrowser
  /** Resolves when the page is there, and does nothing yet. */
  readonly open: Promise<void>
  /** Lets it download. */
  readonly start: () => void
  /** When every byte was on the device, in milliseconds since the epoch. @throws Error when the page says what went wrong, or nothing. */
  readonly whole: Promise<number>
  /** Kills the browser. */
  readonly end: () => Promise<void>
}

/** A promise that is settled from outside. */
interface Signal<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

function signal<T = void>(): Signal<T> {
  let settle!: Omit<Signal<T>, 'promise'>
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }))
  promise.catch(() => undefined) // told to whoever waits
  return { promise, ...settle }
}

/** Opens the page at `url` in a browser with the profile in `folder`, which is to download `order`. */
export async function visitDownload(
  { browser, folder, url }: { readonly browser: string; readonly folder: string; readonly url: string },
  order: DownloadOrder,
): Promise<DownloadVisit> {
  const waits = { open: signal(), whole: signal<number>() }
  const started = signal()
  const fail = (error: Error): void => Object.values(waits).forEach(({ reject }) => reject(error))
  const hear = (told: DownloadTold): void => {
    if (told.name === 'failed') fail(new Error(told.problem))
    else if (told.name === 'open') waits.open.resolve()
    else waits.whole.resolve(told.time)
  }
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    const answer = async (): Promise<string> => {
      if (request.method === 'POST') hear(JSON.parse(await text(request)) as DownloadTold)
      else await started.promise
      return JSON.stringify(order)
    }
    answer().then(
      (body) => response.end(body),
      (error: unknown) => fail(error as Error),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const running = openBareBrowser(browser, folder, `${url}?server=http://127.0.0.1:${port}/`)
  const timer = setTimeout(() => fail(new Error(`The page told nothing in ${patience} ms`)), patience)
  return {
    browser: running,
    open: waits.open.promise,
    whole: waits.whole.promise,
    start: started.resolve,
    async end() {
      clearTimeout(timer)
      await running.kill()
      server.closeAllConnections()
      server.close()
    },
  }
}
