/** Where the app's models are. */
export const repository = process.env.HOMING_REPOSITORY ?? 'http://localhost:8400/repository/'

/** The scheme that the page is served under. */
export const scheme = 'app'

/**
 * Headers of every file of the page: scripts and workers of its own alone, connections to the repository, and isolation,
 * which lets wasm use threads.
 */
export const headers = (/** @type {string} */ repository) => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(repository).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
})
