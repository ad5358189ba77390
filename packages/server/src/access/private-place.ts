import { ModelNameSchema, Sha256Schema, VersionSchema } from '@homing/protocol'
import * as v from 'valibot'

const manifestPattern = /^(?:models|federated)\/([^/]+)\/([^/]+)\/(?:([^/.]+)\.)?manifest\.json$/

/** Whose file is at `path` of the static layout; undefined where nothing can be that is ever private. */
export function privatePlace(
  path: string,
): { readonly model: string } | { readonly sha256: string } | undefined {
  const blob = /^blobs\/([^/]+)$/.exec(path)?.[1]
  if (blob !== undefined) return v.is(Sha256Schema, blob) ? { sha256: blob } : undefined
  const [, model, version, sha256] = manifestPattern.exec(path) ?? []
  const isPlace =
    v.is(ModelNameSchema, model) &&
    v.is(VersionSchema, version) &&
    (sha256 === undefined || v.is(Sha256Schema, sha256))
  return isPlace ? { model: model } : undefined
}
