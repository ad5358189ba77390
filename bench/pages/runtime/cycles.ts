import { createClient } from '@homing/sdk'

import { networks, sampleSize } from '../../src/runtime/networks/network.ts'
import { noise } from '../../src/training/noise.ts'

declare global {
  /** Opens a network, predicts once, and closes it again, as often as asked. Set when the page is ready. */
  var cycle: ((times: number) => Promise<void>) | undefined
}

const { input, shape } = networks.mobilenet
const folder = new URL('/networks/mobilenet/', location.href)
const root = await (await fetch(new URL('root.json', folder))).text()
const homing = createClient({
  repository: new URL('repository/', folder),
  root,
  app: 'bench',
  pollInterval: 0,
})
const data = noise([sampleSize({ shape })], 1)

globalThis.cycle = async (times) => {
  for (let cycle = 0; cycle < times; cycle++) {
    const model = await homing.model('mobilenet', { backends: ['wasm'] })
    await model.predict({ [input]: { dtype: 'float32', shape: [1, ...shape], data } })
    await model.close()
  }
}
