import { readFile } from 'node:fs/promises'
import { extname, join, posix } from 'node:path'

import { headers } from './settings.mjs'

const folder = join(import.meta.dirname, 'dist')

/** @type {Readonly<Record<string, string>>} */
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/**
 * A file of the built page, which may talk to `repository`; what points out of its folder is not found.
 * @param {string} pathname
 * @param {string} repository
 */
export async function pageFile(pathname, repository) {
  const path = posix.normalize(pathname === '/' ? '/index.html' : decodeURIComponent(pathname))
  try {
    const body = await readFile(join(folder, path))
    const type = types[extname(path)] ?? 'application/octet-stream'
    return new Response(body, { headers: { ...headers(repository), 'Content-Type': type } })
  } catch {
    return new Response('Not found', { status: 404 })
  }
}
