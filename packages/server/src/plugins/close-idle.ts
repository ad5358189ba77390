import type { FastifyInstance } from 'fastify'

import { idleCloseMs } from '../config.ts'

/**
 * While `app` closes, closes each connection as soon as it has nothing under way. Node does so once, when closing
 * begins; one that is busy then would keep the process for the whole keep-alive time after its answer.
 */
export function closeIdleConnections(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    if (!app.server.listening) return
    const timer = setInterval(() => app.server.closeIdleConnections(), idleCloseMs).unref()
    app.server.once('close', () => clearInterval(timer))
  })
}
