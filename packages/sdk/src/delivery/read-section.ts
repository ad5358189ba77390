import { type FileRef, HomingError, type Manifest, withGraph } from '@homing/protocol'

import { type DownloadOptions, downloadVersion } from './download-version.ts'
import { readVersion, type StoredVersion } from './read-version.ts'

/** A part of a version that it can serve without: how it is trained, or how its predictions are explained. */
export type Section = 'training' | 'explanation'

/**
 * The graph of a section, in the place of the one that serves, and the parameters, verified byte by byte. What lacks
 * on the device, or is spoiled there, is brought and kept: no part of a cold start, and later calls need no network.
 * @throws HomingError TRAINING_UNAVAILABLE when the version was packed without the section, and those of
 * `downloadVersion` and `readVersion`.
 */
export async function readSection(
  manifest: Manifest,
  section: Section,
  options: DownloadOptions,
): Promise<StoredVersion> {
  const { training, explanation } = manifest
  const inference = (section === 'training' ? training : explanation)?.inference
  // Another parameter set may serve than the one that the section was written for.
  const owner = inference === undefined ? manifest : withGraph(manifest, inference)
  const standIn = { ...owner, graph: sectionGraph(owner, section) }
  const read = async (): Promise<StoredVersion> => {
    await downloadVersion(standIn, options)
    return { ...(await readVersion(options.store, standIn)), manifest: owner }
  }
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof HomingError && error.code === 'INTEGRITY_FAILED')) throw error
    return read() // what was spoiled on the device is deleted by now
  }
}

/** What is trained is the model itself where the engine differentiates by itself. */
function sectionGraph({ model, version, graph, training, explanation }: Manifest, section: Section): FileRef {
  const file = section === 'training' ? training && (training.graph?.file ?? graph) : explanation?.graph
  if (file) return file
  const [what, flag] = section === 'training' ? ['training', '--train'] : ['explanations', '--explain']
  throw new HomingError(
    'TRAINING_UNAVAILABLE',
    `${model} ${version} was packed without ${what}: pack it with \`homing pack ${flag}\` and publish that.`,
    { details: { model, version, section } },
  )
}
