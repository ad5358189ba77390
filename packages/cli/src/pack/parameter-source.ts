import type { ParameterTensor } from '@homing/protocol'

/** The virtual parameter file of a model that is being packed: where tensors lie, and their bytes. */
export interface ParameterSource {
  readonly path: string
  readonly size: number
  /** By rising offset, none overlapping. Bytes between two are zeros. */
  readonly tensors: readonly ParameterTensor[]
  /** Fills `target`, which is zeroed, with bytes of tensor `index` from `position` of that tensor on. */
  readonly read: (index: number, target: Uint8Array, position: number) => Promise<void>
}
