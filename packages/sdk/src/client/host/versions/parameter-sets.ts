import { type Manifest, type Precision, precisionOf, withVariant } from '@homing/protocol'

import type { Device } from '../../../delivery/unmet-requirements.ts'
import type { Backend } from '../../../libraries/backend.ts'
import { setMemoryShare } from '../../config.ts'

/** What tells which parameter set of a version suits best. */
export interface SetWishes {
  readonly device: Pick<Device, 'memory' | 'features'>
  /** Backends that the version may run on here, best first. */
  readonly backends: readonly Backend[]
  /** Precisions that the app allows, best first; undefined allows all. */
  readonly precisions?: readonly Precision[] | undefined
}

/**
 * The parameter sets of a version that this device may take, best first: each as the manifest with that set for its own. The
 * app's order goes before all. Without it half precision comes first on a GPU that computes in it, at half the bytes; else
 * single precision; sets that would take too much of the memory, where the browser tells it, come last.
 */
export function parameterSets(
  manifest: Manifest,
  { device, backends, precisions }: SetWishes,
): readonly Manifest[] {
  const has = new Map(
    [precisionOf(manifest), ...(manifest.variants ?? []).map(({ precision }) => precision)].map(
      (precision) => [precision, withVariant(manifest, precision)!] as const,
    ),
  )
  const wanted = (precisions ?? orderFor(device, backends)).flatMap((precision) => has.get(precision) ?? [])
  if (wanted.length === 0) return [manifest]
  if (precisions || device.memory === undefined) return wanted
  const room = device.memory * setMemoryShare
  const [fitting, large] = [wanted.filter(fits(room)), wanted.filter((set) => !fits(room)(set))]
  // Of what does not fit the smallest does the least harm.
  return [...fitting, ...large.sort((a, b) => a.parameters.size - b.parameters.size)]
}

const fits =
  (room: number) =>
  ({ parameters }: Manifest): boolean =>
    parameters.size <= room

/**
 * Measured on onnxruntime-web 1.30: wasm computes half precision in single precision between Casts, several times slower,
 * so there it is the last; products of whole numbers have no kernel on webgpu.
 */
function orderFor({ features }: SetWishes['device'], backends: readonly Backend[]): readonly Precision[] {
  if (!backends.includes('webgpu') || features?.has('webgpu') === false)
    return ['fp32', 'int8-dynamic', 'int8', 'fp16']
  return features?.has('shader-f16')
    ? ['fp16', 'fp32', 'int8', 'int8-dynamic']
    : ['fp32', 'int8', 'int8-dynamic', 'fp16']
}
