import type { FastifyReply, FastifyRequest } from 'fastify'

/** Sends a file of the repository. A range is of its own bytes, so it is never one of a compressed form. */
export function sendStatic(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  options: { etag?: boolean } = {},
): FastifyReply {
  if (request.headers.range !== undefined) delete request.raw.headers['accept-encoding']
  return reply.sendFile(path, options)
}
