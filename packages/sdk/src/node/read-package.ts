import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import {
  type FileRef,
  HomingError,
  type Manifest,
  ModelNameSchema,
  parseManifest,
  parseWith,
  paths,
  type Precision,
  sha256Hex,
  VersionSchema,
  withVariant,
} from '@homing/protocol'

import type { ProbeFiles } from '../runtime/probe-api.ts'

/** A package's verified files. */
export interface PackageFiles {
  readonly manifest: Manifest
  readonly graph: Uint8Array<ArrayBuffer>
  /** The shards one after another. */
  readonly parameters: Uint8Array<ArrayBuffer>
  /** The explanation graph, where the package has one. */
  readonly explanation?: Uint8Array<ArrayBuffer>
  /** The training graph, where the package has one. */
  readonly training?: Uint8Array<ArrayBuffer>
  /** Of its probes, where it has any: with them it is opened only if it gives what they want. */
  readonly probes?: ProbeFiles
}

/**
 * Reads a package from a folder in the static layout (`models/`, `blobs/`) and checks every byte; with `precision` its parameters in
 * that one.
 * @throws HomingError CONFIG_INVALID, VERSION_UNKNOWN, MANIFEST_INVALID, BLOB_UNKNOWN, INTEGRITY_FAILED.
 */
export async function readPackage(
  directory: string,
  model: string,
  version: string,
  precision?: Precision,
): Promise<PackageFiles> {
  parseWith(ModelNameSchema, model, 'CONFIG_INVALID', 'The model name') // both become part of a path
  parseWith(VersionSchema, version, 'CONFIG_INVALID', 'The version')
  const file = join(directory, paths.manifest(model, version))
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new HomingError('VERSION_UNKNOWN', `There is no ${model} ${version} in ${directory}`, { cause })
  })
  const whole = parseManifest(bytes, { model, version })
  const manifest = precision === undefined ? whole : withVariant(whole, precision)
  if (!manifest)
    throw new HomingError(
      'VERSION_UNKNOWN',
      `${model} ${version} in ${directory} has no ${precision} parameters`,
    )
  const graph = await readBlob(directory, manifest.graph)
  const parameters = new Uint8Array(manifest.parameters.size)
  let offset = 0
  for (const shard of manifest.parameters.shards) {
    parameters.set(await readBlob(directory, shard), offset)
    offset += shard.size
  }
  const { probes } = manifest
  // Training and explanations belong to the graph that they were written from, with its parameters.
  const ownGraph = <S extends { readonly inference: string }>(section: S | undefined): S | undefined =>
    section?.inference === manifest.graph.sha256 ? section : undefined
  const [explanation, training] = [ownGraph(manifest.explanation), ownGraph(manifest.training)]
  return {
    manifest,
    graph,
    parameters,
    ...(explanation && { explanation: await readBlob(directory, explanation.graph) }),
    ...(probes && {
      probes: {
        inputs: await readBlob(directory, probes.inputs),
        outputs: await readBlob(directory, probes.outputs),
      },
    }),
    ...(training?.graph && { training: await readBlob(directory, training.graph.file) }),
  }
}

async function readBlob(directory: string, { sha256, size }: FileRef): Promise<Uint8Array<ArrayBuffer>> {
  const path = paths.blob(sha256)
  const bytes = await readFile(join(directory, path)).catch((cause: unknown) => {
    throw new HomingError('BLOB_UNKNOWN', `There is no ${path} in ${directory}`, { cause })
  })
  if (bytes.byteLength !== size || (await sha256Hex(bytes)) !== sha256) {
    throw new HomingError('INTEGRITY_FAILED', `${path} is not the ${size} bytes that its name promises`, {
      details: { sha256, size },
    })
  }
  return new Uint8Array(bytes) // a Buffer's `slice` is a view of all of it
}
