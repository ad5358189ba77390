import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { homing } from '@homing/sdk/vite'
import { build } from 'vite'

/** Builds the pages (`*.html`) of `folder` as an app would be built, from the packages' `dist`. */
export async function buildPages(folder: string, outDir: string): Promise<void> {
  const pages = readdirSync(folder).filter((name) => name.endsWith('.html'))
  await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    plugins: [homing()],
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: pages.map((name) => join(folder, name)) },
    },
  })
}
