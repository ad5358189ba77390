import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

/** An answer, or why there was none. */
export interface Sent {
  /** Status of the answer; 0 where the connection ended before it came. */
  readonly status: number
  readonly ms: number
}

/** Connections that carry one request at a time each; written by hand, so that the load costs little beside the server. */
export interface Load {
  /** Sends `body` on one connection, and resolves with what became of it. */
  send(connection: number, body: Uint8Array): Promise<Sent>
  close(): void
}

/** Opens `connections` connections to the server at `port`. */
export async function openLoad(port: number, key: string, connections: number): Promise<Load> {
  const lines = await Promise.all(Array.from({ length: connections }, () => openLine(port, key)))
  return {
    send: (connection, body) => lines[connection]!.send(body),
    close: () => lines.forEach(({ socket }) => socket.destroy()),
  }
}

async function openLine(
  port: number,
  key: string,
): Promise<{ socket: Socket; send(body: Uint8Array): Promise<Sent> }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  let answered: (status: number) => void = () => undefined
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
    if (text.length < end + 4 + length) return
    const status = Number(text.slice(9, 12))
    text = text.slice(end + 4 + length)
    answered(status)
  })
  socket.on('error', () => undefined) // the close tells
  socket.on('close', () => answered(0))
  return {
    socket,
    send: (body) =>
      new Promise((resolve) => {
        const start = performance.now()
        answered = (status) => resolve({ status, ms: performance.now() - start })
        if (socket.destroyed) return answered(0)
        socket.cork()
        socket.write(
          `POST /v1/telemetry HTTP/1.1\r\nHost: bench\r\nHoming-App-Key: ${key}\r\nContent-Type: application/json\r\n` +
            `Content-Encoding: gzip\r\nContent-Length: ${body.byteLength}\r\n\r\n`,
        )
        socket.write(body)
        socket.uncork()
      }),
  }
}
