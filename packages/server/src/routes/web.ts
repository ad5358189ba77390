import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** What lets a page run models and nothing else; isolation gives it threads. Workers need them on their scripts as well. */
export const pageHeaders = {
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src 'self' data: blob:; style-src 'self'; connect-src 'self'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
} as const

/** Folders whose files never change: names in `assets/` carry a hash, those in `homing/` the engines' versions (SDK's Vite plugin). */
const immutable = /^\/(?:assets|homing)\//

/** The files of a web page in `folder`, such as the demo's `dist`. */
export async function webRoutes(app: FastifyInstance, { folder }: { folder: string }): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(pageHeaders)
    if (request.headers.range !== undefined) delete request.raw.headers['accept-encoding']
  })
  await app.register(fastifyStatic, {
    root: folder,
    decorateReply: false,
    dotfiles: 'ignore',
    cacheControl: false,
    preCompressed: true,
    setHeaders: (reply) => {
      const lasting = immutable.test(reply.request.url)
      reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
