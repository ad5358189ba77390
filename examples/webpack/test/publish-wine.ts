import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { canonicalBytes, paths, type Rollout, sha256Hex } from '@homing/protocol'
import type { FaultyRepository } from '@homing/testkit'

import { root } from '../../../scripts/pnpm.mjs'
import { run } from '../../../scripts/run.mjs'

const [model, version] = ['wine', '1.0.0']

/** Packs the trained wine model into `folder` with the built command, and serves it from `repository`. */
export async function publishWine(repository: FaultyRepository, folder: string): Promise<void> {
  const source = join(root, 'models', 'artifacts', model, version)
  const command = join(root, 'packages', 'cli', 'dist', 'main.js')
  await run(process.execPath, [command, 'pack', source, '--out', folder], { quiet: true })
  const blobs = (await readdir(join(folder, 'blobs'))).map(paths.blob)
  for (const path of [paths.manifest(model, version), ...blobs])
    repository.files.set(path, await readFile(join(folder, path)))

  const bytes = await readFile(join(folder, paths.manifest(model, version)))
  const manifest = { sha256: await sha256Hex(new Uint8Array(bytes)), size: bytes.byteLength }
  const rollout: Rollout = {
    format: 1,
    model,
    revision: 1,
    champion: version,
    versions: [{ version, manifest }],
  }
  repository.files.set(paths.rollout(model), canonicalBytes(rollout))
  repository.sign()
}
