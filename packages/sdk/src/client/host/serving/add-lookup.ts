import { transfer } from 'comlink'

import type { DownloadOptions } from '../../../delivery/download-version.ts'
import { readLookup } from '../../../delivery/read-lookup.ts'
import type { LoadedVersion } from './loaded-version.ts'

/** Brings the lookup of the version that serves and hands it to its engine. Never rejects: what is not found is computed. */
export async function addLookup(
  { manifest, runtime, facts }: LoadedVersion,
  options: DownloadOptions,
): Promise<void> {
  try {
    const files = await readLookup(manifest, options)
    if (files)
      await runtime.addLookup(facts.instance, transfer(files, [files.keys.buffer, files.outputs.buffer]))
  } catch {
    // It is tried again when the version is loaded again.
  }
}
