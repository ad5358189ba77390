import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test as setup } from '@playwright/test'

import { buildExample, type ExampleName, examples, examplesFolder, packedSdk } from './examples.ts'
import { installExample } from './install-example.ts'
import { packSdk } from './pack-sdk.ts'

/** Peers that the examples do without; of bundlers, webpack alone says so. */
const optional = /^@tensorflow\/tfjs-/

// One after the other, on what the first packs.
setup.describe.configure({ mode: 'default' })

setup('packs the SDK as it is published', async () => {
  await packSdk(packedSdk)
  await mkdir(examplesFolder, { recursive: true })
})

for (const name of Object.keys(examples) as ExampleName[]) {
  setup(`builds ${name} with what was packed`, async () => {
    setup.setTimeout(180_000)
    await installExample(name, join(examplesFolder, name), packedSdk)
    const said = await buildExample(name)
    const missing = [...said.matchAll(/Can't resolve '([^']+)'/g)].map(([, what = '']) => what)
    expect(missing.filter((what) => !optional.test(what))).toEqual([])
  })
}
