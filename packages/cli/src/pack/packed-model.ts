import { HomingError, type Manifest } from '@homing/protocol'
import { type NodePackage, openPackage } from '@homing/sdk/node'

import { readBlob } from '../publish/packed-version.ts'
import { maxRunBytes } from '../config.ts'
import type { Tensors } from './probes/tensor-set.ts'

/** A packed model that runs in this process. */
export interface PackedModel {
  /** Gives the outputs of one call. @throws HomingError INPUT_*, ENGINE_FAILED. */
  run(inputs: Tensors): Promise<Tensors>
  release(): Promise<void>
}

/** The files of a parameter set. */
export interface PackedFiles {
  readonly graph: Uint8Array<ArrayBuffer>
  readonly parameters: Uint8Array<ArrayBuffer>
}

/** The files of a parameter set that lie in a packed folder. @throws HomingError CONFIG_INVALID when it is too large to run here. */
export async function packedFiles(
  folder: string,
  { graph, parameters }: Pick<Manifest, 'graph' | 'parameters'>,
): Promise<PackedFiles> {
  if (parameters.size > maxRunBytes) {
    throw new HomingError(
      'CONFIG_INVALID',
      `${parameters.size} bytes of parameters are too many to run here, hence for probes and variants: at most ${maxRunBytes} are`,
    )
  }
  const whole = new Uint8Array(parameters.size)
  let offset = 0
  for (const shard of parameters.shards) {
    whole.set(await readBlob(folder, shard), offset)
    offset += shard.size
  }
  return { graph: await readBlob(folder, graph), parameters: whole }
}

/**
 * Opens the parameter set of a manifest whose files are in a packed folder, as the SDK opens it in Node.
 * @throws HomingError ENGINE_MISSING, OPERATOR_UNSUPPORTED, ENGINE_FAILED, and as `packedFiles`.
 */
export async function openPacked(folder: string, manifest: Manifest): Promise<PackedModel> {
  return runnable(await openPackage({ ...(await packedFiles(folder, manifest)), manifest }))
}

/** An opened package as tensors go through it. */
export function runnable(opened: NodePackage): PackedModel {
  return {
    run: async (inputs) => (await opened.predict(inputs)).outputs,
    release: () => opened.release(),
  }
}
