import type { Kernel, KnownNode } from './kernel.ts'
import { arithmeticKernels } from './kernels/arithmetic.ts'
import { functionKernels } from './kernels/functions.ts'
import { makingKernels } from './kernels/making.ts'
import { movementKernels } from './kernels/movement.ts'
import type { KnownTensor } from './known-tensor.ts'

const kernels = new Map<string, Kernel>(
  Object.entries({ ...arithmeticKernels, ...functionKernels, ...makingKernels, ...movementKernels }),
)

/** Whether a node of this operator is computed when its inputs are at hand. */
export function isComputed(operator: string): boolean {
  return kernels.has(operator)
}

/** The outputs of a node whose inputs are at hand, bit for bit as engines give them; undefined when that is not certain. */
export function computeNode(operator: string, node: KnownNode): readonly KnownTensor[] | undefined {
  const results = kernels.get(operator)?.(node)
  return results?.every((result) => result !== undefined) ? results : undefined
}
