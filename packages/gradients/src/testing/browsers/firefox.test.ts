import { afterAll, beforeAll, describe, it } from 'vitest'

import { findFirefox } from '../../../../../scripts/browser.mjs'
import { openModel } from '../run-model.ts'
import { expectSameResults } from './expect-same-results.ts'
import { type FirefoxPage, openFirefoxPage } from './firefox-page.ts'
import { openInPage } from './open-in-page.ts'
import { runSteps } from './run-steps.ts'
import { stepCases } from './step-cases.ts'

const steps = 2
/** In milliseconds: a browser that starts, or computes WebGPU on the CPU, on a busy machine. */
const timeout = 120_000
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
})
