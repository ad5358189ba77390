// Keeps the page's own files, so that it opens offline. Models are left alone: the SDK keeps them itself, verified.
const name = 'page'

async function answer(request) {
  const kept = await caches.open(name)
  try {
    const response = await fetch(request)
    if (response.ok) await kept.put(request, response.clone())
    return response
  } catch (error) {
    const found = await kept.match(request, { ignoreSearch: request.mode === 'navigate', ignoreVary: true })
    if (found) return found
    throw error
  }
}

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request
  if (method === 'GET' && new URL(url).origin === self.location.origin)
    event.respondWith(answer(event.request))
})
