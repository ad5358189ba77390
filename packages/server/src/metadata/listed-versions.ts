import { type ModelSummary, ModelNameSchema, paths, VersionSchema } from '@homing/protocol'
import type { TargetFile, Targets } from '@homing/tuf/repository'
import * as v from 'valibot'

/** What publisher metadata says of a version's manifest. */
export interface ListedManifest {
  readonly model: string
  readonly version: string
  readonly file: TargetFile
}

/** The manifests that publisher metadata lists; undefined stands for a path that is none of a manifest. */
export function listedManifests({ targets }: Targets): (ListedManifest | undefined)[] {
  return Object.entries(targets).map(([path, file]) => {
    const [, model, version] = /^models\/([^/]+)\/([^/]+)\/manifest\.json$/.exec(path) ?? []
    const named = v.is(ModelNameSchema, model) && v.is(VersionSchema, version)
    return named ? { model, version, file } : undefined
  })
}

/** Whether publisher metadata lists this very manifest. */
export function isListed(
  publisher: Targets | undefined,
  model: string,
  { version, manifest }: Pick<ModelSummary['versions'][number], 'version' | 'manifest'>,
): boolean {
  const path = paths.manifest(model, version)
  if (!publisher || !Object.hasOwn(publisher.targets, path)) return false
  const { length, hashes } = publisher.targets[path]!
  return length === manifest.size && hashes['sha256'] === manifest.sha256
}
