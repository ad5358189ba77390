import { createClient } from '@homing/sdk'

import { type NetworkName, networks } from '../../../src/runtime/networks/network.ts'
import { atOnce, type Side } from './side.ts'

/** Homing as an app uses it, with tensors for inputs; nothing is cached between two predictions. */
export async function openHoming(network: NetworkName): Promise<Side> {
  const { input, output, shape } = networks[network]
  const folder = new URL(`/networks/${network}/`, location.href)
  const root = await (await fetch(new URL('root.json', folder))).text()
  const homing = createClient({
    repository: new URL('repository/', folder),
    root,
    app: 'bench',
    pollInterval: 0,
  })
  const model = await homing.model(network, { backends: ['wasm'] })
  const predict: Side['predict'] = async (data) => {
    const tensor = { dtype: 'float32', shape: [1, ...shape], data } as const
    const { outputs } = await model.predict({ [input]: tensor })
    return outputs[output]!.data as Float32Array
  }
  return { predict, predictEach: (inputs) => atOnce({ predict }, inputs) }
}
