import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, realpath, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { pnpm, root } from '../../../scripts/pnpm.mjs'
import { run } from '../../../scripts/run.mjs'

const example = join(root, 'examples', 'webpack')
const sdk = join(root, 'packages', 'sdk')

/**
 * Installs the example into `folder` as its users would: the SDK as it is packed for npm, what that depends on, and
 * onnxruntime-web. A link into the workspace would find the SDK's own devDependencies, and with them every peer.
 */
export async function installApp(folder: string): Promise<void> {
  if (!existsSync(join(sdk, 'dist', 'index.js')))
    throw new Error('The SDK is not built: run `pnpm build` first.')
  for (const path of ['package.json', 'index.html', 'icon.svg', 'src/main.js', 'src/wine.js'])
    await cp(join(example, path), join(folder, path))
  const modules = join(folder, 'node_modules')
  const installed = join(modules, '@homing', 'sdk')
  await mkdir(installed, { recursive: true })
  await unpack(folder, installed)
  for (const name of await dependenciesOf(installed))
    await link(join(sdk, 'node_modules', name), join(modules, name))
  await link(join(example, 'node_modules', 'onnxruntime-web'), join(modules, 'onnxruntime-web'))
}

async function unpack(folder: string, into: string): Promise<void> {
  await pnpm(['pack', '--pack-destination', folder], { cwd: sdk, quiet: true })
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'))!
  await run('tar', ['-xzf', tarball, '-C', into, '--strip-components=1'], { cwd: folder, quiet: true })
}

async function dependenciesOf(folder: string): Promise<string[]> {
  const file = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  return Object.keys(file.dependencies)
}

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await symlink(await realpath(from), to, 'junction')
}
