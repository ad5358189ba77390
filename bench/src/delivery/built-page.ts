import { join } from 'node:path'

import { homing } from '@homing/sdk/vite'

import { buildPage } from '../browser/build-page.ts'
import { serveStatic } from '../browser/static-server.ts'
import type { SuiteContext } from '../harness/row.ts'

/** What `work` makes of the page that downloads a model, built as an app and served; `url` is its own. */
export async function withPage<T>(
  { root, scratch, say }: SuiteContext,
  work: (url: string) => Promise<T>,
): Promise<T> {
  say('Building the page …')
  const folder = join(scratch, 'download-page')
  await buildPage(join(root, 'bench', 'pages', 'delivery', 'download.html'), folder, [homing()])
  const server = await serveStatic({ '/': folder })
  try {
    return await work(`${server.origin}/download.html`)
  } finally {
    await server.close()
  }
}
