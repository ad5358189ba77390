import type { ServerResponse } from 'node:http'

import type { Fault } from './fault.ts'

const page = '<!doctype html><html><body>Please sign in</body></html>'
const open = { 'access-control-allow-origin': '*' }

/** Answers with `file` (404 without one), or as `fault` says. */
export function answer(
  response: ServerResponse,
  file: Uint8Array | undefined,
  fault: Fault | undefined,
): void {
  switch (fault?.kind) {
    case undefined:
      return file ? send(response, file) : end(response, 404, 'text/plain', 'not found')
    case 'status':
      for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value)
      return end(response, fault.status, 'text/plain', 'a fault')
    case 'html':
      return end(response, 200, 'text/html; charset=utf-8', page)
    case 'redirect':
      response.setHeader('location', fault.to)
      return end(response, 302, 'text/plain', '')
    case 'truncate':
      return send(response, bodyOf(file).subarray(0, fault.after))
    case 'alter':
      return send(
        response,
        bodyOf(file).map((byte, index) => (index === fault.at ? byte ^ 1 : byte)),
      )
    case 'grow':
      return send(response, Buffer.concat([bodyOf(file), Buffer.alloc(fault.by)]))
    case 'hang':
      return begin(response, bodyOf(file), fault.after, () => undefined)
    case 'reset':
      return begin(response, bodyOf(file), fault.after, () => response.destroy())
    case 'slow':
      return sendSlowly(response, bodyOf(file), fault.piece, fault.every)
  }
}

/** Lets any page ask with a token or for a range. */
export function preflight(response: ServerResponse): void {
  response.writeHead(204, { ...open, 'access-control-allow-headers': 'authorization, range' }).end()
}

/** A fault of the body needs a file; without one it spoils an empty body. */
function bodyOf(file: Uint8Array | undefined): Uint8Array {
  return file ?? new Uint8Array()
}

function end(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...open, 'content-type': type }).end(text)
}

function head(response: ServerResponse, length: number): void {
  response.writeHead(200, { ...open, 'content-type': 'application/octet-stream', 'content-length': length })
}

function send(response: ServerResponse, body: Uint8Array): void {
  head(response, body.byteLength)
  response.end(body)
}

/** The head and the first `after` bytes, then what `next` does; without `after`, `next` at once. */
function begin(
  response: ServerResponse,
  body: Uint8Array,
  after: number | undefined,
  next: () => void,
): void {
  if (after === undefined) return next()
  head(response, body.byteLength)
  response.write(body.subarray(0, after), next)
}

function sendSlowly(response: ServerResponse, body: Uint8Array, piece: number, every: number): void {
  head(response, body.byteLength)
  let sent = 0
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + piece))
    sent += piece
    if (sent < body.byteLength) return
    clearInterval(timer)
    response.end()
  }, every)
  response.on('close', () => clearInterval(timer))
}
