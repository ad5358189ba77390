import { join } from 'node:path'

import { buildPage } from '../browser/build-page.ts'
import { serveStatic } from '../browser/static-server.ts'
import type { Row, SuiteContext } from '../harness/row.ts'
import { packRepository } from '../repository/pack-repository.ts'
import { chromiumHost } from '../training/chromium-host.ts'
import { digitsAccuracy } from '../training/digits-accuracy.ts'
import { memoryGrowth } from '../training/memory-growth.ts'
import { nodeHost, trainingFolders } from '../training/node-host.ts'
import { stepVersusForward } from '../training/step-versus-forward.ts'
import { versusTfjs } from '../training/versus-tfjs.ts'

/** Training steps beside those of TensorFlow.js and beside their own forward pass, in Node and in Chromium. */
export async function training(context: SuiteContext): Promise<Row[]> {
  const { root, scratch, say } = context
  const folders = trainingFolders(root)
  say('Packing digits and building the page …')
  const repository = join(scratch, 'repository')
  const { manifest } = await packRepository(
    root,
    { source: folders.onnx, parents: [folders.parent] },
    repository,
  )
  const page = join(scratch, 'page')
  await buildPage(join(root, 'bench', 'pages', 'training', 'training.html'), page)
  const server = await serveStatic({
    '/': page,
    '/onnx/': folders.onnx,
    '/tfjs/': folders.tfjs,
    '/wasm/': folders.wasm,
  })
  try {
    const chromium = chromiumHost(
      { ...context, flags: ['--enable-unsafe-webgpu'] },
      `${server.origin}/training.html`,
    )
    const hosts = [await nodeHost(folders), chromium]
    say('Training digits beside its forward pass …')
    const forward = await stepVersusForward(hosts)
    say('Training an MLP beside TensorFlow.js …')
    const mlp = await versusTfjs(
      { id: 'mlp-vs-best-tfjs', unit: 'times faster', target: '>= 4' },
      'mlp',
      hosts,
    )
    say('Training a CNN beside TensorFlow.js …')
    const cnn = await versusTfjs(
      { id: 'cnn-vs-best-tfjs', unit: 'times faster', target: '>= 20' },
      'cnn',
      hosts,
    )
    say('Training for 5,000 steps …')
    const memory = await memoryGrowth(repository, manifest.version)
    say('Reading the 10,000 test images …')
    return [mlp, cnn, forward, memory, await digitsAccuracy(folders.onnx)]
  } finally {
    await server.close()
  }
}
