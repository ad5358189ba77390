import { expect, it } from 'vitest'

import { expectSameResults } from './expect-same-results.ts'
import { openOn } from './open-on.ts'
import { runSteps } from './run-steps.ts'
import { stepCases } from './step-cases.ts'

const steps = 2
/** In milliseconds: SwiftShader computes on the CPU, which may be busy. */
const timeout = 240_000

it.each(stepCases)('$name: the same steps on webgpu as on wasm', { timeout }, async (given) => {
  const wasm = await runSteps(given, steps, (model) => openOn('wasm', model))
  expect(wasm.losses[1]).toBeLessThan(wasm.losses[0]!)
  expectSameResults(await runSteps(given, steps, (model) => openOn('webgpu', model)), wasm)
})
