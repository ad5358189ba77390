import { seven } from '@homing/example-app/seven'
import { loadPackage } from '@homing/sdk/node'
import { expect, test } from '@playwright/test'

import { servingTimeout } from '../fixtures/demo-page.ts'
import type { HomingServer } from '../fixtures/homing-server.ts'
import { packed } from '../fixtures/places.ts'
import { publishModels } from '../fixtures/publish-models.ts'
import type { Host } from './host.ts'

/** What the examples show of a prediction. */
interface Shown {
  readonly label: string
  readonly probability: number
  readonly version: string
  readonly backend: string
  readonly threads: number
  /** How it was proven on this device. */
  readonly probe: { readonly cases: number; readonly deviation: number; readonly remembered: boolean }
}

/** Where the smoke is, and what it may end. */
interface SmokePlace {
  /** The page of an example, without a query. */
  readonly page: string
  /** With the first versions published; it is stopped in the end. */
  readonly server: HomingServer
  /** Ends whatever gives the page, where that is not part of the device. */
  readonly unplug?: () => Promise<void>
  /** What makes the page look for a new version. Default: its button is pressed. */
  readonly look?: string
}

/** Decimals to which backends agree; the two versions differ in the fifth. */
const decimals = 5

/**
 * What an app needs of whatever shows its page: a model loads, passes its probes, predicts what Node predicts, is updated
 * while it serves, and serves again when nothing is left but the device. Gives what was shown first and last.
 */
export async function smoke(host: Host, { page, server, unplug, look }: SmokePlace): Promise<Shown[]> {
  const address = `${page}?repository=${encodeURIComponent(`${server.origin}/repository/`)}`
  const shown: Shown[] = []
  const serves = async (version: string, remembered: boolean): Promise<void> => {
    const read = async (): Promise<unknown> =>
      JSON.parse(String(await host.evaluate('document.querySelector("output")?.textContent || "{}"')))
    await expect
      .poll(read, { timeout: servingTimeout, message: `digits ${version} serves` })
      .toMatchObject({ version, label: '7', storage: 'indexeddb', precision: 'fp32' })
    const last = (await read()) as Shown
    expect(last.probe.remembered, 'proven once').toBe(remembered)
    expect(last.probe.cases).toBeGreaterThan(0)
    expect(last.probe.deviation).toBeLessThanOrEqual(1)
    expect(last.probability).toBeCloseTo(await probabilityInNode(version), decimals)
    shown.push(last)
  }

  await test.step('load, probe, predict', async () => {
    await host.open(address)
    await serves('1.0.0', false)
  })
  await test.step('update', async () => {
    await publishModels(server.origin, '1.1.0')
    await host.evaluate(look ?? 'document.querySelector("button").click()')
    await serves('1.1.0', false)
  })
  await test.step('offline', async () => {
    await server.stop()
    await unplug?.()
    await host.reopen(address)
    await serves('1.1.0', true)
  })
  expect(shown[0]?.probability).not.toBeCloseTo(shown[1]!.probability, decimals)
  return shown
}

async function probabilityInNode(version: string): Promise<number> {
  const model = await loadPackage(packed, 'digits', version)
  const { probability } = await model.predict({ image: [seven()] })
  await model.release()
  return probability!
}
