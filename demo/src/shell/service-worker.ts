/**
 * Keeps the page's own files, so that it opens offline. Bundles are named by their content and engines' files by
 * their version: these come from the cache; everything else comes from the network while there is one. The repository and the server's API
 * are left alone: the SDK keeps models itself, verified.
 */
declare const self: ServiceWorkerGlobalScope

const cacheName = 'homing-demo-shell'
/** Folders whose files never change under their names. */
const immutable = /^\/(assets|homing)\//

/** What the page sends once it is under this worker's care: the files that it loaded before. */
export interface KeepMessage {
  readonly type: 'keep'
  readonly urls: readonly string[]
}

function isShell(url: string): boolean {
  const { origin, pathname } = new URL(url)
  return (
    origin === self.location.origin &&
    (pathname === '/' || pathname === '/icon.svg' || immutable.test(pathname))
  )
}

async function keep(request: Request | string, response: Response): Promise<void> {
  if (response.status !== 200) return
  const cache = await caches.open(cacheName)
  await cache.put(request, response)
}

async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event
  const named = immutable.test(new URL(request.url).pathname)
  const kept = await caches.match(request, { ignoreSearch: request.mode === 'navigate', ignoreVary: true })
  if (kept && named) return kept
  try {
    const response = await fetch(request)
    event.waitUntil(keep(request, response.clone()))
    return response
  } catch (error) {
    if (kept) return kept
    throw error
  }
}

async function keepAll(urls: readonly string[]): Promise<void> {
  const cache = await caches.open(cacheName)
  const keepOne = async (url: string) => (await cache.match(url)) ?? keep(url, await fetch(url))
  // One file that fails must not lose the others.
  await Promise.allSettled(urls.filter(isShell).map(keepOne))
}

self.addEventListener('install', () => void self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET' && isShell(event.request.url)) event.respondWith(answer(event))
})
self.addEventListener('message', (event) => {
  const message = event.data as KeepMessage
  event.waitUntil(keepAll(message.urls))
})
