import type { BrowserContext } from '@playwright/test'

/** What pages of a context have done so far. */
export interface Watched {
  /** Origins that were asked for anything. */
  readonly origins: ReadonlySet<string>
  /** Uncaught errors and the console's, but for those of a server that was stopped. */
  readonly complaints: readonly string[]
}

/** Watches all pages of `context` from now on. */
export function watchPage(context: BrowserContext): Watched {
  const origins = new Set<string>()
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('request', (request) => void origins.add(new URL(request.url()).origin))
  context.on('console', (message) => {
    const stopped = message.text().includes('ERR_CONNECTION_REFUSED')
    if (message.type() === 'error' && !stopped) complaints.push(message.text())
  })
  return { origins, complaints }
}
