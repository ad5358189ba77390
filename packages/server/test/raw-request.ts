import { connect, type Socket } from 'node:net'

import { onTestFinished } from 'vitest'

/** A connection on which a test writes what it likes. */
export interface RawConnection {
  readonly socket: Socket
  write(text: string | Uint8Array): void
  /** Everything received until `pattern` matches. */
  until(pattern: RegExp): Promise<string>
  /** Everything received until the server closes. */
  readonly closed: Promise<string>
}

/** Opens a connection to `url`; it is destroyed when the test ends. */
export function rawConnection(url: string): RawConnection {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  let received = ''
  socket.on('data', (chunk) => (received += chunk.toString('latin1')))
  socket.on('error', () => undefined) // a reset is a close
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(received)))
  return {
    socket,
    write: (text) => void socket.write(text),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => pattern.test(received) && resolve(received)
        look()
        socket.on('data', look)
        void closed.then(() => reject(new Error(`Closed before ${pattern}: ${received}`)))
      }),
    closed,
  }
}

/** The head of an upload, to which the body can be written piece by piece. */
export function uploadHead(sha256: string, size: number | 'chunked', token: string): string {
  const length = size === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${size}`
  return `PUT /v1/blobs/${sha256} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/octet-stream\r\n${length}\r\n\r\n`
}
