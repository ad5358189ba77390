import { execFile } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Longest work of a peer on one shard, in milliseconds; it is ended then. */
const patience = 120_000

/** Bytes of other programs' patches, by program; one that is not on this machine is left out. */
export type PeerSizes = Readonly<Record<string, number>>

const programs: Record<
  string,
  (files: { base: string; target: string; patch: string }) => [string, string[]]
> = {
  'zstd -19 --patch-from': ({ base, target, patch }) => [
    'zstd',
    ['-19', '--long=27', '--single-thread', '-q', '-f', `--patch-from=${base}`, target, '-o', patch],
  ],
  bsdiff: ({ base, target, patch }) => ['bsdiff', [base, target, patch]],
}

/** Patches from `base` to `target` by zstd and bsdiff, with the settings that make them smallest. */
export async function peerPatches(folder: string, base: Uint8Array, target: Uint8Array): Promise<PeerSizes> {
  const files = { base: join(folder, 'base'), target: join(folder, 'target'), patch: join(folder, 'patch') }
  await writeFile(files.base, base)
  await writeFile(files.target, target)
  const sizes: Record<string, number> = {}
  for (const [name, command] of Object.entries(programs)) {
    try {
      await run(...command(files), { timeout: patience })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      continue
    }
    sizes[name] = (await stat(files.patch)).size
  }
  return sizes
}

/** Names of the programs that a machine should have. */
export const peerNames = Object.keys(programs)
