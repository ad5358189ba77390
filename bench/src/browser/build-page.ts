import { dirname } from 'node:path'

import { build, type PluginOption } from 'vite'

/** Builds one page (an `.html` file) as an app would be built, from the packages' `dist`; `base` is where it is served. */
export async function buildPage(
  page: string,
  outDir: string,
  plugins: PluginOption[] = [],
  base = '/',
): Promise<void> {
  await build({
    root: dirname(page),
    base,
    configFile: false,
    logLevel: 'error',
    plugins,
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: page },
    },
  })
}
