import { type Manifest, paths, sha256Hex, type Variant } from '@homing/protocol'
import { describe, expect, test } from 'vitest'

import type { Release } from '../../test/browser-repository.ts'
import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { explainedDense } from '../../test/tiny-explained.ts'
import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { denseProbes, type ProbedRequest } from '../../test/tiny-probes.ts'
import { denseLayersRequest } from '../../test/tiny-tfjs.ts'
import type { GradientExplanation } from '../runtime/explanation-api.ts'
import type { Model } from './api.ts'
import type { ModelOptions } from './options-api.ts'

const x = [1, 2, 3, 4]
const input = { x: floats(x, [1, 4]) }

/** A parameter set that adds `bias`, and whose probes want `wanted`. */
const set = (version: string, bias: number, wanted = bias): ProbedRequest =>
  denseProbes(denseLayersRequest([], { version, bias }), wanted)

const fileOf = async (bytes: Uint8Array<ArrayBuffer>) => ({
  sha256: await sha256Hex(bytes),
  size: bytes.byteLength,
})

/** The release with further parameter sets, whose files lie in the repository. */
async function withVariants<R extends Release>(
  release: R,
  sets: Partial<Record<Variant['precision'], Pick<Release, 'request' | 'probes'>>>,
): Promise<R> {
  const variants: Variant[] = []
  for (const [precision, { request, probes }] of Object.entries(sets)) {
    const { manifest, graph, parameters } = request
    const files = [graph, parameters, ...(probes ? [probes.inputs, probes.outputs] : [])]
    for (const bytes of files) await repository.put({ [paths.blob(await sha256Hex(bytes))]: bytes })
    variants.push({
      precision: precision as Variant['precision'],
      graph: await fileOf(graph),
      parameters: { ...manifest.parameters, shards: [await fileOf(parameters)] },
      ...(probes && {
        probes: {
          ...manifest.probes!,
          inputs: await fileOf(probes.inputs),
          outputs: await fileOf(probes.outputs),
        },
      }),
    })
  }
  const { request } = release
  return { ...release, request: { ...request, manifest: { ...request.manifest, variants } } }
}

const open = (options: ModelOptions = {}): Promise<Model> =>
  client().model('tiny', { backends: ['cpu'], ...options })
const answer = async (model: Model, bias: number): Promise<void> => {
  const { outputs } = await model.predict(input)
  denseExpected(x, bias).forEach((value, at) => expect(outputs['y']!.data[at]).toBeCloseTo(value, 4))
}
const shards = (manifest: Manifest, precision: Variant['precision']): string[] =>
  manifest
    .variants!.find((variant) => variant.precision === precision)!
    .parameters.shards.map(({ sha256 }) => paths.blob(sha256))

serveEachTest()

describe('a version with several parameter sets', () => {
  test('serves what suits the device, and fetches no other', async () => {
    const [manifest] = await repository.publish([
      await withVariants(set('1.0.0', 1), { fp16: set('1.0.0', 2), int8: set('1.0.0', 3) }),
    ])
    const model = await open()
    expect(model.status).toMatchObject({ precision: 'fp32', probe: { cases: 3 } })
    await answer(model, 1)
    const requests = await repository.requests()
    for (const path of [...shards(manifest!, 'fp16'), ...shards(manifest!, 'int8')])
      expect(requests).not.toContain(path)
  })

  test('serves what the app wants, also on a later visit without a network, and after an update', async () => {
    const [manifest] = await repository.publish([
      await withVariants(set('1.0.0', 1), { int8: set('1.0.0', 3) }),
    ])
    const precisions = ['int8', 'fp32'] as const
    const model = await open({ precisions })
    expect(model.status.precision).toBe('int8')
    await answer(model, 3)
    expect(await repository.requests()).not.toContain(paths.blob(manifest!.parameters.shards[0]!.sha256))
    await model.close()

    await repository.fail('', { kind: 'status', status: 503 })
    const later = await open({ precisions })
    expect(later.status).toMatchObject({ precision: 'int8', probe: { remembered: true } })
    await repository.heal()
    await repository.publish([await withVariants(set('1.1.0', 4), { int8: set('1.1.0', 5) })])
    expect(await later.update()).toMatchObject({ version: '1.1.0', precision: 'int8' })
    await answer(later, 5)
    expect(await later.rollback()).toMatchObject({ version: '1.0.0', precision: 'int8' })
    await repository.publish([set('1.2.0', 6)])
    expect(await later.update()).toMatchObject({ version: '1.2.0', precision: 'fp32' })
  })

  test('leaves a set whose outputs are wrong on every backend for the next, for good', async () => {
    const release = await withVariants(set('1.0.0', 1), { int8: set('1.0.0', 3, 4), fp16: set('1.0.0', 2) })
    const [manifest] = await repository.publish([release])
    const precisions = ['int8', 'fp16', 'fp32'] as const
    const model = await open({ precisions })
    expect(model.status).toMatchObject({ precision: 'fp16', version: '1.0.0' })
    await answer(model, 2)
    await model.close()

    const fetched = shards(manifest!, 'int8')[0]!
    const count = async () => (await repository.requests()).filter((path) => path === fetched).length
    const before = await count()
    const again = await open({ precisions })
    expect(again.status.precision).toBe('fp16')
    await again.update()
    expect(again.status).toMatchObject({ precision: 'fp16', version: '1.0.0' })
    expect(await count()).toBe(before)
  })

  test('goes over to the set that the app wants now once it is tried again', async () => {
    await repository.publish([await withVariants(set('1.0.0', 1), { int8: set('1.0.0', 3) })])
    const first = await open({ precisions: ['fp32'] })
    await first.close()
    const model = await open({ precisions: ['int8', 'fp32'] })
    expect(model.status.precision).toBe('fp32') // what is here serves at once
    expect(await model.update()).toMatchObject({ precision: 'fp32' }) // there is no newer version
    expect(await model.retry()).toMatchObject({ version: '1.0.0', precision: 'int8' })
    await answer(model, 3)
  })

  test('is passed over where every set is wrong', async () => {
    await repository.publish([set('1.0.0', 1)])
    const model = await open()
    await repository.publish([await withVariants(set('1.1.0', 4, 5), { int8: set('1.1.0', 3, 4) })])
    expect(await model.update()).toMatchObject({
      version: '1.0.0',
      precision: 'fp32',
      update: { error: { code: 'BACKEND_UNAVAILABLE' } },
    })
    await answer(model, 1)
    expect((await open()).status.version).toBe('1.0.0')
  })

  test('explains what the section was written for, whichever set serves', async () => {
    const { explanation, ...request } = explainedDense({ bias: 1 })
    // Another graph, as every variant has one.
    const { explanation: _, ...other } = denseOnnxRequest([], { bias: 3 }).manifest
    const variant = denseOnnxRequest([], { bias: 3 })
    const graph = new Uint8Array([...variant.graph, 0x72, 0]) // an empty entry of metadata
    const [manifest] = await repository.publish([
      await withVariants(
        { request, explanation },
        { int8: { request: { ...variant, manifest: other, graph } } },
      ),
    ])
    const model = await open({ backends: ['wasm'], precisions: ['int8'] })
    await answer(model, 3)
    const whole = paths.blob(manifest!.parameters.shards[0]!.sha256)
    expect(await repository.requests()).not.toContain(whole)
    const { baselineOutput } = (await model.explain(input, { index: 0 })) as GradientExplanation
    expect([1, 3]).toContain(baselineOutput)
    expect(await repository.requests()).toContain(whole)
  })
})
