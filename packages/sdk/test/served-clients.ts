import { afterEach, beforeEach } from 'vitest'

import type { Homing } from '../src/client/api.ts'
import { createClient } from '../src/client/create-client.ts'
import type { ClientOptions } from '../src/client/options-api.ts'
import { type BrowserRepository, startBrowserRepository } from './browser-repository.ts'

/** The repository of the test that runs. */
export let repository: BrowserRepository

let clients: Homing[] = []

/** Gives each test of a file a repository of its own, and closes afterwards what `client` made. */
export function serveEachTest(): void {
  beforeEach(async () => {
    repository = await startBrowserRepository()
  })
  afterEach(async () => {
    await Promise.all(clients.map((made) => made.close()))
    clients = []
    await repository.stop()
  })
}

/** A client of the test's repository that looks for new versions only when it is asked to. */
export function client(options: Partial<ClientOptions> = {}): Homing {
  const { url, root } = repository
  const made = createClient({ repository: url, root, app: 'test', pollInterval: 0, ...options })
  clients.push(made)
  return made
}

/** The client that was made last. */
export function latestClient(): Homing {
  return clients.at(-1)!
}
