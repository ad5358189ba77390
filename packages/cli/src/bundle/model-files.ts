import {
  type FileRef,
  HomingError,
  isModelName,
  type Manifest,
  parseManifest,
  parseRollout,
  paths,
  servingFiles,
} from '@homing/protocol'
import type { RefreshedClient } from '@homing/tuf'

/** What a device loads of the champion of a model. */
export interface ModelFiles {
  readonly model: string
  readonly version: string
  readonly files: readonly FileRef[]
  /** The models without which it does not run. Those that a cascade or a fallback leads to are asked where they are there. */
  readonly followers: readonly string[]
}

/**
 * The champion of a model as signed metadata tells it. Its documents go through the client, hence are verified.
 * @throws HomingError MODEL_UNKNOWN, VERSION_UNTRUSTED, and those of the client.
 */
export async function modelFiles(
  client: RefreshedClient,
  repository: string,
  model: string,
): Promise<ModelFiles> {
  if (!isModelName(model)) throw new HomingError('MODEL_UNKNOWN', `"${String(model)}" is no name of a model`)
  const document = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
    client.download(path, await client.target(path), repository)

  const rollout = parseRollout(
    await document(paths.rollout(model)).catch((cause: unknown) => {
      if (cause instanceof HomingError && cause.code === 'TARGET_UNKNOWN')
        throw new HomingError('MODEL_UNKNOWN', `The repository rolls out no model ${model}`, { cause })
      throw cause
    }),
    model,
  )
  const version = rollout.champion
  const listed = rollout.versions.find((entry) => entry.version === version)
  const manifestAt = async (path: string, version: string): Promise<Manifest> =>
    parseManifest(await document(path), { model, version })
  if (listed?.base === undefined) {
    const manifest = await manifestAt(paths.manifest(model, version), version)
    return { model, version, files: setFiles(manifest), followers: followersOf(manifest) }
  }
  // A device compares a federated version with its base, tensor by tensor.
  const manifests = [
    await manifestAt(paths.federatedManifest(model, version), version),
    await manifestAt(paths.manifest(model, listed.base), listed.base),
  ]
  return { model, version, files: manifests.flatMap(setFiles), followers: manifests.flatMap(followersOf) }
}

function followersOf({ next }: Manifest): readonly string[] {
  if (next?.kind === 'chain') return [next.model]
  return next?.kind === 'fan-out' ? next.models : []
}

/** What serves of each parameter set: which of them a device takes is known on the device alone. */
function setFiles(manifest: Manifest): FileRef[] {
  return [manifest, ...(manifest.variants ?? [])].flatMap(servingFiles)
}
