import { HomingError, type Tensor } from '@homing/protocol'
import { expect, test } from 'vitest'

import { type Lie, lyingEngine } from '../../../test/lying-engine.ts'
import {
  networkRequest,
  type RandomNetwork,
  randomNetwork,
  type WeightFormat,
} from '../../../test/random-network.ts'
import { drawInputs, type ProbedRequest, withProbes } from '../../../test/tiny-probes.ts'
import { seededRandom } from '../../random/seeded-random.ts'
import type { EngineSession } from '../engine.ts'
import { onnxEngine } from '../engines/onnx-engine.ts'
import { createRuntime } from '../runtime.ts'
import type { LoadRequest } from '../runtime-api.ts'
import { compareOutputs } from './compare-outputs.ts'

const engine = onnxEngine({ threads: 1 })
const tolerance = { absolute: 3e-5, relative: 3e-4, labels: 1 } // as `homing pack` sets it for outputs of 0.1
const draws = 100
const random = seededRandom(29_651)
const below = (count: number): number => Math.floor(random() * count)

/** Probes whose outputs the author's framework gave: double precision, computed apart from any engine. */
function probed(network: RandomNetwork, request: LoadRequest, format: WeightFormat = 'fp32'): ProbedRequest {
  const cases = Array.from({ length: 4 }, () => {
    const inputs = drawInputs(request.manifest.signature, random)
    return { inputs, outputs: network.reference(inputs['x']!, format) }
  })
  return withProbes({ ...request, backends: ['wasm'] }, cases, tolerance)
}

/** Loads as a device does; the reasons why no backend serves, or undefined when one does. */
async function refusal({ request, probes }: ProbedRequest, subject = engine): Promise<string | undefined> {
  const runtime = createRuntime(subject)
  try {
    const { instance } = await runtime.load(request, undefined, () => Promise.resolve(probes))
    await runtime.discard(instance)
    return undefined
  } catch (error) {
    const { code, details } = HomingError.from(error)
    expect(code).toBe('BACKEND_UNAVAILABLE')
    return (details['backends'] as { code: string }[]).map((backend) => backend.code).join()
  }
}

/** What a backend may do wrong: it computes with other weights, or makes something of the outputs. */
interface Drawn {
  readonly layers?: RandomNetwork['layers']
  readonly lie?: Lie
}

const withLayer = (
  { layers }: RandomNetwork,
  change: (kernel: Float32Array, bias: Float32Array, width: readonly [number, number]) => void,
): Drawn => {
  const chosen = below(layers.length)
  return {
    layers: layers.map((layer, index) => {
      if (index !== chosen) return layer
      const [kernel, bias] = [layer.kernel.slice(), layer.bias.slice()]
      change(kernel, bias, layer.width)
      return { ...layer, kernel, bias }
    }),
  }
}
const overOutputs = (change: (data: Float32Array) => Float32Array): Lie => {
  return ({ y }) => ({ y: { ...y, data: change((y!.data as Float32Array).slice()) } as Tensor })
}

const lies: Record<string, (network: RandomNetwork) => Drawn> = {
  'the sign of one channel is flipped': (network) =>
    withLayer(network, (kernel, bias, [inputs, outputs]) => {
      const channel = below(outputs)
      for (let k = 0; k < inputs; k++) kernel[k * outputs + channel]! *= -1
      bias[channel]! *= -1
    }),
  'one tile is zero': (network) =>
    withLayer(network, (kernel, _bias, [inputs, outputs]) => {
      const [row, column] = [below(inputs - 3), below(outputs - 3)]
      for (let r = row; r < row + 4; r++) kernel.fill(0, r * outputs + column, r * outputs + column + 4)
    }),
  'one buffer is stale': () => {
    let before: Float32Array | undefined
    return {
      lie: overOutputs((data) => {
        const stale = before ?? data.map(() => 0)
        before = data
        return stale
      }),
    }
  },
  'one output is NaN': () => {
    const at = below(5)
    return { lie: overOutputs((data) => data.map((value, index) => (index % 5 === at ? NaN : value))) }
  },
  'everything is 1% too large': (network) =>
    withLayer(network, (kernel, bias) => {
      kernel.forEach((value, index) => (kernel[index] = value * 1.01))
      bias.forEach((value, index) => (bias[index] = value * 1.01))
    }),
}
const kinds = Object.values(lies)
const { signature } = networkRequest(randomNetwork(random)).manifest

/** A session as the lie has it, for one look at what it does to random inputs. */
async function sessionOf(network: RandomNetwork, { layers, lie }: Drawn): Promise<EngineSession> {
  const subject = lie ? lyingEngine(engine, () => lie) : engine
  const request = networkRequest(layers ? { layers } : network)
  return (await subject.start('wasm')).load(request.manifest, request)
}

/** Whether it moves outputs on random inputs by at least twice the tolerance. */
async function matters(network: RandomNetwork, drawn: Drawn): Promise<boolean> {
  const session = await sessionOf(network, drawn)
  let deviation = 0
  for (let index = 0; index < 4; index++) {
    const inputs = drawInputs(signature, random)
    const compared = compareOutputs(network.reference(inputs['x']!), await session.run(inputs), tolerance)
    deviation = Math.max(deviation, compared.deviation)
  }
  await session.release()
  return deviation >= 2
}

test(`at least 99 of ${draws} lies drawn at random are caught`, async () => {
  let [caught, drawn] = [0, 0]
  while (drawn < draws) {
    const network = randomNetwork(random)
    const lie = kinds[drawn % kinds.length]!(network)
    if (!(await matters(network, lie))) continue
    drawn++
    const version = probed(network, networkRequest(lie.layers ? { layers: lie.layers } : network))
    const subject = lie.lie ? lyingEngine(engine, () => lie.lie) : engine
    if ((await refusal(version, subject)) === 'PROBE_FAILED') caught++
  }
  expect(caught).toBeGreaterThanOrEqual(99)
})

test.each(['fp32', 'fp16', 'int8'] as const)(
  `no honest backend is quarantined in ${draws} runs with weights in %s`,
  async (format) => {
    const refused: string[] = []
    for (let run = 0; run < draws; run++) {
      const network = randomNetwork(random)
      const reason = await refusal(probed(network, networkRequest(network, format), format))
      if (reason !== undefined) refused.push(reason)
    }
    expect(refused).toEqual([])
  },
)
