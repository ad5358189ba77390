import type { NetworkName } from '../../src/runtime/networks/network.ts'
import { networks, sampleSize } from '../../src/runtime/networks/network.ts'
import { noise } from '../../src/training/noise.ts'
import type { SideName } from './sides/side.ts'
import { sides } from './sides/sides.ts'

declare global {
  /** Loads a network on one side and predicts 100 times. Set when the page is ready. */
  var loadAndPredict: ((network: NetworkName, side: SideName) => Promise<void>) | undefined
}

const predictions = 100

globalThis.loadAndPredict = async (network, side) => {
  const input = noise([sampleSize(networks[network])], 1)
  await new Promise((resolve) => setTimeout(resolve, 50)) // what was done up to here is the page's own
  performance.mark('load')
  const { predict } = await (await sides[side]())(network)
  for (let prediction = 0; prediction < predictions; prediction++) await predict(input)
  performance.mark('done')
}
