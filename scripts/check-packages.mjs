// `pnpm check:packages`: packs every public package as it would be published, and checks the files that its users
// would get: publint reads package.json as bundlers and Node do, attw reads the types as TypeScript does.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildPackages } from './build.mjs'
import { pnpm, root } from './pnpm.mjs'
import { CommandFailed, entry } from './run.mjs'

/** Folders of the packages that are published. */
function publicPackages() {
  const all = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  return all.filter(
    (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).private !== true,
  )
}

/** Node 20 needs no CommonJS to import from; a CommonJS consumer uses `import()`. */
const esmOnly = ['--profile', 'esm-only']

async function check(/** @type {string} */ folder, /** @type {string} */ into) {
  await pnpm(['pack', '--pack-destination', into], { cwd: folder, quiet: true })
  const tarball = readdirSync(into).find((name) => name.endsWith('.tgz'))
  if (!tarball) throw new CommandFailed(`${folder} packed to nothing`)
  const path = join(into, tarball)
  await pnpm(['exec', 'publint', 'run', path, '--strict'], { quiet: true })
  await pnpm(['exec', 'attw', path, ...esmOnly, '--no-color', '--no-emoji'], { quiet: true })
  console.log(`${tarball}: packed, its package.json and its types are sound`)
}

await entry(async () => {
  await buildPackages()
  let failed = 0
  for (const folder of publicPackages()) {
    const into = mkdtempSync(join(tmpdir(), 'homing-pack-'))
    try {
      await check(folder, into)
    } catch (error) {
      failed++
      console.error(String(error))
    } finally {
      rmSync(into, { recursive: true, force: true })
    }
  }
  if (failed > 0) throw new CommandFailed(`${failed} packages are not fit to be published`)
})
