import { describe, expect, it } from 'vitest'

import { linearEngine } from '../../test/linear-engine.ts'
import { linearRequest } from '../../test/linear-request.ts'
import type { InferenceEngine } from '../runtime/engine.ts'
import { contractManifest } from './dense-layer.ts'
import { type ContractSubject, engineContract } from './engine-contract.ts'

const subject = (engine: () => InferenceEngine): ContractSubject => ({
  backend: 'cpu',
  engine,
  dense(bias) {
    const { graph, parameters } = linearRequest('1.0.0', bias)
    return { manifest: contractManifest('linear', { graph, parameters }), graph, parameters }
  },
  foreign: 'webgpu',
})

describe('an engine of an app', () => {
  const engine = linearEngine()
  for (const { name, run } of engineContract(subject(() => engine))) it(name, run)
})

it('finds engines that break the contract', async () => {
  const right = linearEngine()
  const lying: InferenceEngine = {
    ...right,
    version: () => Promise.resolve('newest'),
    async start(backend) {
      const started = backend === 'webgpu' ? await right.start('cpu') : await right.start(backend)
      return {
        ...started,
        async load(...files) {
          const session = await started.load(...files)
          const shared = new Float32Array(300)
          return {
            ...session,
            async run(inputs) {
              const { y } = await session.run(inputs).catch(() => Promise.reject(new Error('plain')))
              shared.set((y!.data as Float32Array).map((value) => value * 1.01))
              return { y: { ...y!, data: shared.subarray(0, y!.data.length) } as typeof y & object }
            },
          }
        },
      }
    },
  }
  const broken: string[] = []
  for (const { name, run } of engineContract(subject(() => lying))) await run().catch(() => broken.push(name))
  expect(broken).toEqual([
    'says its version and threads, and starts once',
    'runs a batch of 1, with the outputs of the signature and no others',
    'runs a batch of 2, with the outputs of the signature and no others',
    'runs a batch of 100, with the outputs of the signature and no others',
    'keeps sessions apart, and one alive when the other is released',
    'gives outputs that own their data, and leaves the inputs as they are',
    'rejects with ENGINE_FAILED when a run fails, and can run again',
    'has no backend webgpu',
  ])
})
