import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { pairShards } from '@homing/deltas'
import { type Manifest, parseManifest, paths } from '@homing/protocol'

import { packRepository } from '../../repository/pack-repository.ts'
import type { PatchCase } from './measure-patch.ts'

/** The shards of digits 1.1.0 against those of 1.0.0, as the server pairs them. */
export async function digitsShards(root: string, folder: string): Promise<PatchCase[]> {
  const artefact = (version: string): string => join(root, 'models', 'artifacts', 'digits', version)
  await packRepository(root, { source: artefact('1.1.0'), parents: [artefact('1.0.0')] }, folder)
  const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await readFile(join(folder, path)))
  const manifest = async (version: string): Promise<Manifest> =>
    parseManifest(await read(paths.manifest('digits', version)))
  const pairs = pairShards((await manifest('1.1.0')).parameters, (await manifest('1.0.0')).parameters)
  return Promise.all(
    pairs.map(async ({ target, base, segments }, i) => ({
      name: `digits 1.0.0 to 1.1.0, shard ${i + 1}`,
      target: await read(paths.blob(target.sha256)),
      base: await read(paths.blob(base.sha256)),
      segments,
    })),
  )
}
