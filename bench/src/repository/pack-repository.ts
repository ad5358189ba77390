import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import {
  canonicalBytes,
  type Manifest,
  parseManifest,
  paths,
  type Rollout,
  sha256Hex,
} from '@homing/protocol'
import { signedMetadata } from '@homing/testkit'

const run = promisify(execFile)

/** What `homing pack --json` prints, as far as it is read here. */
interface PackResult {
  readonly manifest: { readonly model: string; readonly version: string }
}

/** What a page needs to know of a repository. */
interface PackedRepository {
  readonly manifest: Manifest
  /** The root that it bundles. */
  readonly root: string
}

/**
 * Packs one model with the built `homing` command into `folder`, rolls it out and signs both: a static repository as the
 * server writes it. Its parents are packed before it, oldest first, and not rolled out.
 */
export async function packRepository(
  root: string,
  { source, parents = [] }: { readonly source: string; readonly parents?: readonly string[] },
  folder: string,
): Promise<PackedRepository> {
  const cli = join(root, 'packages', 'cli', 'dist', 'main.js')
  const pack = async (path: string): Promise<PackResult['manifest']> => {
    const { stdout } = await run(process.execPath, [cli, 'pack', path, '--out', folder, '--json'])
    return (JSON.parse(stdout) as PackResult).manifest
  }
  for (const parent of parents) await pack(parent)
  const packed = await pack(source)
  const bytes = new Uint8Array(await readFile(join(folder, paths.manifest(packed.model, packed.version))))
  const manifest = parseManifest(bytes, packed)
  const { format, model, version, requirements } = manifest
  const listed = { version, manifest: { sha256: await sha256Hex(bytes), size: bytes.byteLength } }
  const rollout: Rollout = {
    format,
    model,
    revision: 1,
    champion: version,
    versions: [requirements === undefined ? listed : { ...listed, requirements }],
  }
  const documents = new Map([
    [paths.manifest(model, version), bytes],
    [paths.rollout(model), canonicalBytes(rollout)],
  ])
  const metadata = signedMetadata(documents)
  metadata.sign()
  for (const [path, document] of documents) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), document)
  }
  return { manifest, root: metadata.root }
}
