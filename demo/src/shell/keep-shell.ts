import { shellPatience } from '../config.ts'
import type { KeepMessage } from './service-worker.ts'

/**
 * Lets a service worker keep the page's own files, so that it opens offline; models are none of its business: the
 * SDK keeps them. Resolves once the page is under its care, or soon without it: private windows and plain http
 * have none.
 */
export async function keepShell(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const controlled = new Promise<void>((resolve) => {
    if (navigator.serviceWorker.controller) resolve()
    navigator.serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true })
    setTimeout(resolve, shellPatience)
  })
  try {
    await navigator.serviceWorker.register('/sw.js')
  } catch {
    // The page works without: it only cannot be opened offline.
    return
  }
  await controlled
  // What came before the worker was there to see it.
  const seen = performance.getEntriesByType('resource').map(({ name }) => name)
  const message: KeepMessage = { type: 'keep', urls: [`${location.origin}/`, ...seen] }
  navigator.serviceWorker.controller?.postMessage(message)
}
