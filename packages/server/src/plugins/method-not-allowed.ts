import type { FastifyInstance, HTTPMethods } from 'fastify'

const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * Watches the routes of `app` from now on.
 * @returns adds, for every address among them, routes that answer its other methods with 405.
 */
export function methodNotAllowed(app: FastifyInstance): () => void {
  const allowed = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return // a catch-all is no address: what it does not hold is 404
    const known = allowed.get(url) ?? new Set<string>()
    for (const name of [method].flat()) known.add(name)
    allowed.set(url, known)
  })
  return () => {
    for (const [url, known] of [...allowed]) {
      const allow = [...known].sort().join(', ')
      app.route({
        method: methods.filter((method) => !known.has(method)),
        url,
        schema: { hide: true },
        onRequest: async (request, reply) => {
          reply.header('allow', allow)
          throw Object.assign(new Error(`${request.method} is not for this address; ${allow} is.`), {
            statusCode: 405,
          })
        },
        handler: () => undefined,
      })
    }
  }
}
