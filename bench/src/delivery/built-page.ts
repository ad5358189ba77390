import { join } from 'node:path'

import { homing } from '@homing/sdk/vite'

import { buildPage } from '../browser/build-page.ts'
import { serveStatic } from '../browser/static-server.ts'
import type { SuiteContext } from '../harness/row.ts'

/** A page that is built as an app and served. */
export interface BuiltPage {
  readonly url: string
  readonly close: () => Promise<void>
}

/** The page that downloads a model. */
export async function openDownloadPage({ root, scratch, say }: SuiteContext): Promise<BuiltPage> {
  say('Building the page …')
  const folder = join(scratch, 'download-page')
  await buildPage(join(root, 'bench', 'pages', 'delivery', 'download.html'), folder, [homing()])
  const server = await serveStatic({ '/': folder })
  return { url: `${server.origin}/download.html`, close: () => server.close() }
}
