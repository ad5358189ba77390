import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** An answer to a batch; `hang` never comes, `cut` breaks the connection. */
export type BatchAnswer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'cut'

/** A request as it came. */
export interface ReceivedBatch {
  readonly headers: IncomingHttpHeaders
  /** Unpacked. */
  readonly body: string
}

/** A server that answers as it is told. */
export interface TelemetryServer {
  readonly url: string
  readonly received: readonly ReceivedBatch[]
  answer(give: (body: string) => BatchAnswer): void
  close(): Promise<void>
}

/** Starts a server of telemetry on a free port: a real one over HTTP, which says 202 until it is told otherwise. */
export async function startTelemetryServer(): Promise<TelemetryServer> {
  const received: ReceivedBatch[] = []
  let answer: (body: string) => BatchAnswer = () => ({ status: 202 })
  const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
  const server = createServer((request, response) => {
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end()
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const bytes = Buffer.concat(pieces)
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString()
      received.push({ headers: request.headers, body })
      const given = answer(body)
      if (given === 'hang') return
      if (given === 'cut') return void response.destroy()
      response.writeHead(given.status, { ...cors, ...given.headers }).end(given.body ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/telemetry`,
    received,
    answer: (give) => void (answer = give),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
