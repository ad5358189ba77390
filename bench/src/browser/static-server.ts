import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.css': 'text/css; charset=utf-8',
}

/** What a page needs for WASM threads. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
}

/** Names that may get other bytes: everything else is named by its content or by a version. */
const changes = (path: string) => path.endsWith('.html') || path.includes('/rollouts/')

/** A running server. */
export interface StaticServer {
  /** Without a slash at its end. */
  readonly origin: string
  close(): Promise<void>
}

/**
 * Serves folders to both sides of a comparison alike: isolated pages, immutable caching as on a CDN, no compression.
 * @param mounts folder by path prefix, such as `{ '/repository/': folder, '/': pages }`; the longest prefix wins
 */
export async function serveStatic(mounts: Readonly<Record<string, string>>): Promise<StaticServer> {
  const prefixes = Object.keys(mounts).sort((a, b) => b.length - a.length)
  const fileFor = (path: string): string | undefined => {
    const prefix = prefixes.find((candidate) => path.startsWith(candidate))
    if (prefix === undefined) return undefined
    const file = join(mounts[prefix]!, normalize(`/${path.slice(prefix.length)}`))
    return existsSync(file) && statSync(file).isFile() ? file : undefined
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = fileFor(decodeURIComponent(pathname))
    if (file === undefined) {
      response.writeHead(404, isolation).end()
      return
    }
    response.writeHead(200, {
      ...isolation,
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
      'cache-control': changes(pathname) ? 'no-cache' : 'public, max-age=31536000, immutable',
    })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
}
