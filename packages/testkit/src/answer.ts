import type { ServerResponse } from 'node:http'

import type { Fault } from './fault.ts'
import type { AnswerBody } from './ranged-body.ts'

const page = '<!doctype html><html><body>Please sign in</body></html>'
const open = { 'access-control-allow-origin': '*' }

/** Answers with `body` (404 without one), or as `fault` says. `sent` is told of bytes of a body as they are written. */
export function answer(
  response: ServerResponse,
  body: AnswerBody | undefined,
  fault: Fault | undefined,
  sent: (bytes: number) => void,
): void {
  const reply: Reply = { response, sent, body: body ?? nothing }
  const { bytes } = reply.body
  switch (fault?.kind) {
    case undefined:
      return body ? send(reply, bytes) : end(response, 404, 'text/plain', 'not found')
    case 'status':
      for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value)
      return end(response, fault.status, 'text/plain', 'a fault')
    case 'html':
      return end(response, 200, 'text/html; charset=utf-8', page)
    case 'redirect':
      response.setHeader('location', fault.to)
      return end(response, 302, 'text/plain', '')
    case 'truncate':
      return send(reply, bytes.subarray(0, fault.after))
    case 'alter':
      return send(
        reply,
        bytes.map((byte, index) => (index === fault.at ? byte ^ 1 : byte)),
      )
    case 'grow':
      return send(reply, Buffer.concat([bytes, Buffer.alloc(fault.by)]))
    case 'hang':
      return begin(reply, fault.after, () => undefined)
    case 'reset':
      return begin(reply, fault.after, () => response.destroy())
    case 'slow':
      return sendSlowly(reply, fault.piece, fault.every)
  }
}

/** What an answer is made with. */
interface Reply {
  readonly response: ServerResponse
  readonly body: AnswerBody
  readonly sent: (bytes: number) => void
}

/** A fault of the body needs a file; without one it spoils an empty body. */
const nothing: AnswerBody = { status: 200, headers: {}, bytes: new Uint8Array() }

/** Lets any page ask with a token or for a range. */
export function preflight(response: ServerResponse): void {
  response.writeHead(204, { ...open, 'access-control-allow-headers': 'authorization, range, if-range' }).end()
}

function end(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...open, 'content-type': type }).end(text)
}

function head({ response, body }: Reply, length: number): void {
  const type = { ...open, 'access-control-expose-headers': 'etag, content-range' }
  response.writeHead(body.status, {
    ...type,
    'content-type': 'application/octet-stream',
    'content-length': length,
    ...body.headers,
  })
}

function send(reply: Reply, bytes: Uint8Array): void {
  head(reply, bytes.byteLength)
  reply.sent(bytes.byteLength)
  reply.response.end(bytes)
}

/** The head and the first `after` bytes, then what `next` does; without `after`, `next` at once. */
function begin(reply: Reply, after: number | undefined, next: () => void): void {
  if (after === undefined) return next()
  const { bytes } = reply.body
  const first = bytes.subarray(0, after)
  head(reply, bytes.byteLength)
  reply.sent(first.byteLength)
  reply.response.write(first, next)
}

function sendSlowly(reply: Reply, piece: number, every: number): void {
  const { response, body } = reply
  head(reply, body.bytes.byteLength)
  let at = 0
  const timer = setInterval(() => {
    const next = body.bytes.subarray(at, at + piece)
    reply.sent(next.byteLength)
    response.write(next)
    at += piece
    if (at < body.bytes.byteLength) return
    clearInterval(timer)
    response.end()
  }, every)
  response.on('close', () => clearInterval(timer))
}
