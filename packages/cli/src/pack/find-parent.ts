import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { compareVersions, HomingError, type Manifest, VersionSchema } from '@homing/protocol'
import * as v from 'valibot'

import { packedVersion } from '../publish/packed-version.ts'

/**
 * The version that `version` was trained from: `parent` is its number, packed into `out` before, or the folder that it
 * was packed into, whose newest version before `version` it then is.
 * @throws HomingError VERSION_UNKNOWN when it is not there
 */
export async function findParent(
  model: string,
  version: string,
  parent: { readonly version?: string | undefined; readonly given?: string | undefined },
  out: string,
): Promise<Manifest | undefined> {
  const { given } = parent
  if (given !== undefined && !v.is(VersionSchema, given)) {
    const found = parent.version ?? (await newestBefore(given, model, version))
    return (await packedVersion(given, model, found)).manifest
  }
  const wanted = given ?? parent.version
  if (wanted === undefined) return undefined
  if (compareVersions(wanted, version) === 0) {
    throw new HomingError('CONFIG_INVALID', `${model} ${version} cannot be its own parent`)
  }
  try {
    return (await packedVersion(out, model, wanted)).manifest
  } catch (cause) {
    throw new HomingError(
      'VERSION_UNKNOWN',
      `The parent ${model} ${wanted} is not in ${out}. Pass the folder that it was packed into: --parent <folder>`,
      { cause },
    )
  }
}

async function newestBefore(folder: string, model: string, version: string): Promise<string> {
  const names = await readdir(join(folder, 'models', model)).catch(() => [])
  const [newest] = names
    .filter((name) => v.is(VersionSchema, name) && compareVersions(name, version) < 0)
    .sort((a, b) => compareVersions(b, a))
  if (newest !== undefined) return newest
  throw new HomingError('VERSION_UNKNOWN', `${folder} has no version of ${model} before ${version}`)
}
