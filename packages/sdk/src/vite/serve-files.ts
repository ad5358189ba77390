import { createReadStream, statSync } from 'node:fs'
import { extname } from 'node:path'

import type { Connect } from 'vite'

const types: Readonly<Record<string, string>> = { '.wasm': 'application/wasm', '.mjs': 'text/javascript' }

/**
 * Serves `files` under `base`. It answers before Vite's own middlewares, which would transform the scripts, and so
 * has to send the server's configured headers itself: a script that starts threads needs them too.
 */
export function serveFiles(
  base: string,
  files: ReadonlyMap<string, string>,
  headers: Readonly<Record<string, string>>,
): Connect.NextHandleFunction {
  return (request, response, next) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = pathname.startsWith(base) ? files.get(pathname.slice(base.length)) : undefined
    if (file === undefined) {
      next()
      return
    }
    const { size } = statSync(file)
    response.writeHead(200, {
      ...headers,
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
      'Content-Length': size,
      'Cache-Control': 'no-cache',
    })
    if (request.method === 'HEAD') response.end()
    else createReadStream(file).pipe(response)
  }
}
