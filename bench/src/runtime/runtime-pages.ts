import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { homing } from '@homing/sdk/vite'
import type { Plugin } from 'vite'

import { buildPage } from '../browser/build-page.ts'
import { serveStatic } from '../browser/static-server.ts'
import type { SuiteContext } from '../harness/row.ts'
import { trainingFolders } from '../training/node-host.ts'
import { publishNetworks } from './networks/publish-networks.ts'

/** The threads of TensorFlow.js's WASM backend run its code as text, whose names a minifier takes away. */
const unminified: Plugin = { name: 'bench:unminified', config: () => ({ build: { minify: false } }) }

/** Origin of the server of a page, and the networks that it may open. */
export interface RuntimePages {
  readonly origin: string
  readonly close: () => Promise<void>
}

/** Publishes the networks, builds the pages as apps are built, and serves both with the files that the peers load. */
export async function openRuntimePages({ root, scratch, say }: SuiteContext): Promise<RuntimePages> {
  say('Packing the networks and building the pages …')
  const networks = join(scratch, 'networks')
  await publishNetworks(root, scratch, networks)
  const pages = join(root, 'bench', 'pages', 'runtime')
  const mounts: Record<string, string> = {}
  for (const page of ['contest', 'cycles', 'tasks']) {
    mounts[`/${page}/`] = join(scratch, page)
    await buildPage(join(pages, `${page}.html`), mounts[`/${page}/`]!, [homing(), unminified], `/${page}/`)
  }
  const { tfjs, wasm } = trainingFolders(root)
  const server = await serveStatic({
    ...mounts,
    '/networks/': networks,
    '/tfjs/': tfjs,
    '/tfjs-wasm/': wasm,
    '/ort/': join(root, 'bench', 'node_modules', 'onnxruntime-web', 'dist'),
    '/transformers/': transformersWasm(),
  })
  return server
}

/** The WASM files that transformers.js would fetch from a CDN. */
function transformersWasm(): string {
  const ours = createRequire(import.meta.url)
  const theirs = createRequire(ours.resolve('@huggingface/transformers'))
  return dirname(theirs.resolve('onnxruntime-web'))
}
