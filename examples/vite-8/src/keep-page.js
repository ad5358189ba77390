/** Longest wait for the service worker, in milliseconds: a page that was loaded past it is never handed to it. */
const patience = 3_000

/**
 * Lets a service worker keep the page's own files, so that it opens offline; resolves once it does. Without service workers
 * (private windows, plain http) the page works as well: it only cannot be opened offline.
 */
export async function keepPage() {
  try {
    const { serviceWorker } = navigator
    const controlled = new Promise((resolve) => {
      serviceWorker.addEventListener('controllerchange', resolve, { once: true })
      setTimeout(resolve, patience)
    })
    await serviceWorker.register('/service-worker.js')
    if (serviceWorker.controller) return
    await controlled
    // What came before it was there to see it.
    const seen = performance.getEntriesByType('resource').map(({ name }) => name)
    await Promise.all([location.href, ...seen].map((url) => fetch(url)))
  } catch {
    // As without.
  }
}
