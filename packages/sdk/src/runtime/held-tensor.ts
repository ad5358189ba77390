import type { DType, Tensor } from '@homing/protocol'

/** A tensor that lies where the engine computed it, on the GPU, for another model of the same engine. */
export interface HeldTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  release(): void
}

/** What a run gives: outputs on the CPU, and those that were to stay and did. */
export interface HeldRun {
  readonly outputs: Record<string, Tensor>
  readonly held: Readonly<Record<string, HeldTensor>>
}
