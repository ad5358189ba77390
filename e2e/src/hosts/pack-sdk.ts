import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { pnpm } from '../../../scripts/pnpm.mjs'
import { run } from '../../../scripts/run.mjs'

/**
 * Packs the SDK and what it needs of this repository as they are published, and unpacks them into `folder`, each under its
 * own name without the scope. Everything else is linked where it is used: a link into the workspace would find the SDK's
 * own devDependencies, and with them every peer.
 */
export async function packSdk(folder: string): Promise<void> {
  const tarballs = join(folder, 'tarballs')
  await mkdir(tarballs, { recursive: true })
  await pnpm(['--recursive', '--filter-prod', '@homing/sdk...', 'pack', '--pack-destination', tarballs], {
    quiet: true,
  })
  for (const tarball of await readdir(tarballs)) {
    const name = /^homing-(.*)-\d+\.\d+\.\d+.*\.tgz$/.exec(tarball)?.[1]
    if (name === undefined) throw new Error(`${tarball} is no tarball of a package of Homing`)
    await mkdir(join(folder, name))
    await run('tar', ['-xzf', join(tarballs, tarball), '-C', join(folder, name), '--strip-components=1'], {
      quiet: true,
    })
  }
}
