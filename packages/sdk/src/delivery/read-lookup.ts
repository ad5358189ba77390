import type { Manifest } from '@homing/protocol'

import { type DownloadOptions, downloadVersion } from './download-version.ts'
import { readVersion } from './read-version.ts'

/**
 * The files of a version's lookup, verified byte by byte; undefined where it has none. What lacks on the device is brought
 * and kept: the version serves without.
 * @throws HomingError those of `downloadVersion` and `readVersion`.
 */
export async function readLookup(
  manifest: Manifest,
  options: DownloadOptions,
): Promise<{ keys: Uint8Array<ArrayBuffer>; outputs: Uint8Array<ArrayBuffer> } | undefined> {
  const { lookup, probes: _probes, variants: _variants, ...version } = manifest
  if (!lookup) return undefined
  // In the place of what serves, so that they are brought, kept and read in the same way.
  const { keys, outputs } = lookup
  const parameters = { ...manifest.parameters, size: outputs.size, shards: [outputs], tensors: [] }
  const standIn = { ...version, graph: keys, parameters }
  await downloadVersion(standIn, options)
  const files = await readVersion(options.store, standIn)
  return { keys: files.graph, outputs: files.parameters }
}
