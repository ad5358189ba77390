/**
 * Keeps the page's own files, so that it opens offline. Files under /assets/ are named by their content and come
 * from the cache; everything else comes from the network while there is one. The repository and the server's API
 * are left alone: the SDK keeps models itself, verified.
 */
const cacheName = 'homing-demo-shell'
const assets = '/assets/'

const isShell = ({ origin, pathname }) =>
  origin === location.origin && (pathname === '/' || pathname === '/icon.svg' || pathname.startsWith(assets))

async function keep(request, response) {
  if (response.status !== 200) return
  const cache = await caches.open(cacheName)
  await cache.put(request, response)
}

async function answer(event) {
  const { request } = event
  const named = new URL(request.url).pathname.startsWith(assets)
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

addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil(clients.claim()))
addEventListener('fetch', (event) => {
  if (event.request.method === 'GET' && isShell(new URL(event.request.url))) event.respondWith(answer(event))
})
addEventListener('message', (event) => {
  if (event.data?.type !== 'keep') return
  const wanted = event.data.urls.filter((url) => isShell(new URL(url)))
  event.waitUntil(
    (async () => {
      const cache = await caches.open(cacheName)
      // One file that fails must not lose the others.
      await Promise.allSettled(
        wanted.map(async (url) => (await cache.match(url)) ?? keep(url, await fetch(url))),
      )
    })(),
  )
})
