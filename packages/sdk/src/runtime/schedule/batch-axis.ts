import type { Signature, TensorSpec } from '@homing/protocol'

import type { Tensors } from '../engine.ts'

/**
 * Whether every input and output of a signature has one and the same dynamic dimension, first and nowhere else: samples
 * may lie along it, so that several calls can be run as one. Whether they do, running tells.
 */
export function hasBatchAxis({ inputs, outputs }: Signature): boolean {
  const axis = inputs[0]?.shape[0]
  if (typeof axis !== 'string') return false
  const leads = ({ shape }: TensorSpec): boolean => shape.indexOf(axis) === 0 && shape.lastIndexOf(axis) === 0
  return inputs.every(leads) && outputs.every(leads)
}

/** Samples along the first dimension of a call; 0 also where its inputs are scalars. */
export function samplesOf(tensors: Tensors): number {
  return Object.values(tensors)[0]?.shape[0] ?? 0
}
