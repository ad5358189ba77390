import { halfModel, type ModelProto } from '@homing/onnx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { findFirefox } from '../../../../../scripts/browser.mjs'
import { cnn } from '../models/cnn.ts'
import { encoder } from '../models/encoder.ts'
import { numbers } from '../numbers.ts'
import { openModel } from '../run-model.ts'
import { expectSameResults } from './expect-same-results.ts'
import { type FirefoxPage, openFirefoxPage } from './firefox-page.ts'
import { openInPage } from './open-in-page.ts'
import { runSteps } from './run-steps.ts'
import { stepCases } from './step-cases.ts'

const steps = 2
/** In milliseconds: a browser that starts, or computes WebGPU on the CPU, on a busy machine. */
const timeout = 120_000
/** Norm of the difference, as a share of the logits'. Half precision keeps 11 bits. */
const halfTolerance = 0.01
const halfCases = [
  { name: 'CNN', model: cnn(), feeds: { x: numbers([2, 2, 8, 8], 1) } },
  { name: 'encoder', model: encoder(), feeds: { x: { shape: [1, 5], data: Int32Array.of(3, 0, 10, 7, 7) } } },
]
const executablePath = findFirefox()
const why =
  executablePath === undefined ? ' (skipped: no Firefox here; `npm test` installs it as root on Debian)' : ''

describe.skipIf(executablePath === undefined)(`Firefox${why}`, () => {
  let firefox: FirefoxPage

  beforeAll(async () => {
    firefox = await openFirefoxPage(executablePath ?? '')
  }, timeout)

  afterAll(() => firefox.close(), timeout)

  it.each(stepCases)('$name: the same steps on wasm as in Node', { timeout }, async (given) => {
    const found = await runSteps(given, steps, (model) => openInPage(firefox.page, 'wasm', model))
    expectSameResults(found, await runSteps(given, steps, openModel))
  })

  // Two of them, since a Vulkan driver on the CPU takes seconds for each.
  it.for(stepCases.filter(({ name }) => /^(MLP|depthwise)/.test(name)))(
    '$name: the same steps on webgpu as in Node',
    { timeout },
    async (given, { skip }) => {
      const hasAdapter = await firefox.page.evaluate(() => globalThis.engine.hasWebGpu())
      if (!hasAdapter) skip('This Firefox has no WebGPU adapter; on Debian it needs mesa-vulkan-drivers')
      const found = await runSteps(given, steps, (model) => openInPage(firefox.page, 'webgpu', model))
      expectSameResults(found, await runSteps(given, steps, openModel))
    },
  )

  // SwiftShader, which Chromium has here, does not compute in half precision. Both sides run on webgpu: onnxruntime-web 1.30
  // computes the CNN's convolutions wrongly there in either.
  it.for(halfCases)(
    '$name in half precision on webgpu: what it gives there in single precision',
    { timeout },
    async ({ model, feeds }, { skip }) => {
      const features = await firefox.page.evaluate(() => globalThis.engine.webGpuFeatures())
      if (!features.includes('shader-f16')) skip('This Firefox has no WebGPU adapter with shader-f16')
      const logits = async (form: ModelProto): Promise<Float32Array> => {
        const open = await openInPage(firefox.page, 'webgpu', form)
        const outputs = await open.run(feeds)
        await open.close()
        return outputs['logits']!
      }
      const [single, half] = [await logits(model), await logits(halfModel(model))]
      const distance = Math.hypot(...single.map((value, at) => value - half[at]!))
      expect(distance).toBeGreaterThan(0)
      expect(distance / Math.hypot(...single)).toBeLessThan(halfTolerance)
    },
  )
})
