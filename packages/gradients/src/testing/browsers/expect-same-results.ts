import { expect } from 'vitest'

import type { StepResults } from './run-steps.ts'

const lossTolerance = 1e-4
/** Norm of the difference, as a share of the tensor's. */
const tensorTolerance = 1e-3

/** Holds every loss and every tensor to those of another backend. */
export function expectSameResults(found: StepResults, expected: StepResults): void {
  for (const [step, loss] of expected.losses.entries())
    expect(Math.abs(found.losses[step]! - loss) / loss, `loss at step ${step}`).toBeLessThan(lossTolerance)
  for (const [name, values] of expected.tensors) {
    const other = found.tensors.get(name)!
    const distance = Math.hypot(...Array.from(values, (value, i) => value - other[i]!))
    expect(distance / Math.hypot(...values), name).toBeLessThan(tensorTolerance)
  }
}
