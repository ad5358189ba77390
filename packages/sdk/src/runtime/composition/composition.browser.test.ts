import type { Guards, Next, Tensor } from '@homing/protocol'
import { describe, expect, test, vi } from 'vitest'

import { denseExpected, denseOnnxRequest, floats, tinyGraphRequest } from '../../../test/tiny-packages.ts'
import type { Backend } from '../../libraries/backend.ts'
import { onnxEngine } from '../engines/onnx-engine.ts'
import { createRuntime } from '../runtime.ts'
import type { LoadRequest, PredictReply, RuntimeApi } from '../runtime-api.ts'
import type { FollowUp } from './follow-up.ts'

const engine = onnxEngine({})

/** y = x · kernel, which `tail` and others take as `x`. */
const head = (backend: Backend, more: { next?: Next; guards?: Guards } = {}): LoadRequest => {
  const request = denseOnnxRequest([backend], { model: 'head' })
  return { ...request, manifest: { ...request.manifest, ...more } }
}
const toTail: Next = { kind: 'chain', model: 'tail', inputs: { h: 'y' } }
const follow: FollowUp = { ...toTail, back: false }
/** z = h + h. */
const tail = (backend: Backend, model = 'tail', guards?: Guards): LoadRequest => {
  const request = tinyGraphRequest(
    {
      inputs: [{ name: 'h', dtype: 'float32', shape: ['batch', 3] }],
      outputs: [{ name: 'z', dtype: 'float32', shape: ['batch', 3] }],
      nodes: [{ op: 'Add', inputs: ['h', 'h'], outputs: ['z'] }],
    },
    [backend],
    { model },
  )
  return { ...request, manifest: { ...request.manifest, ...(guards ? { guards } : {}) } }
}

async function serving(...requests: LoadRequest[]): Promise<RuntimeApi> {
  const runtime = createRuntime(engine)
  for (const request of requests) {
    const { instance } = await runtime.load(request)
    await runtime.activate(request.manifest.model, instance)
  }
  return runtime
}
const x = [1, 2, 3, 4, -4, 3, -2, 1]
const call = (runtime: RuntimeApi, then: FollowUp = follow): Promise<PredictReply> =>
  runtime.predict('head', { inputs: { x: floats(x, [2, 4]) }, now: 0, follow: then })
const numbers = (tensor: Tensor | undefined): number[] => Array.from(tensor!.data, Number)
const closeTo = (found: number[], wanted: number[]) =>
  wanted.forEach((value, at) => expect(found[at]).toBeCloseTo(value, 4))
const doubled = denseExpected(x, 0).map((value) => 2 * value)

describe.each(['wasm', 'webgpu'] as const)('a chain on %s', (backend) => {
  test('gives what the models give one by one, and the reply of the first carries that of the second', async () => {
    const runtime = await serving(head(backend, { next: toTail }), tail(backend))
    const reply = await call(runtime)
    expect(reply).toMatchObject({ version: '1.0.0', backend, outputs: {} })
    closeTo(numbers(reply.next!['tail']!.outputs['z']), doubled)
    expect(reply).not.toHaveProperty('held')

    const whole = await call(runtime, { ...follow, back: true })
    closeTo(numbers(whole.outputs['y']), denseExpected(x, 0))
    const alone = await runtime.predict('head', { inputs: { x: floats(x, [2, 4]) }, now: 0 })
    closeTo(numbers(alone.outputs['y']), denseExpected(x, 0))
    await Promise.all([runtime.close('head'), runtime.close('tail')])
  })

  test('may be longer than two, and serve many calls at once', async () => {
    const toEnd: Next = { kind: 'chain', model: 'end', inputs: { h: 'z' } }
    const middle = tail(backend)
    const runtime = await serving(
      head(backend, { next: toTail }),
      { ...middle, manifest: { ...middle.manifest, next: toEnd } },
      tail(backend, 'end'),
    )
    const long: FollowUp = { ...toTail, back: false, follow: { ...toEnd, back: false } }
    for (const reply of await Promise.all([call(runtime, long), call(runtime, long), call(runtime, long)])) {
      const end = reply.next!['tail']!.next!['end']!
      closeTo(
        numbers(end.outputs['z']),
        doubled.map((value) => 2 * value),
      )
    }
    await Promise.all(['head', 'tail', 'end'].map((model) => runtime.close(model)))
  })
})

describe('between chained models on webgpu', () => {
  const downloads = vi.spyOn(GPUBuffer.prototype, 'mapAsync')
  const counted = async (runtime: RuntimeApi, then?: FollowUp): Promise<number> => {
    await call(runtime, then)
    downloads.mockClear()
    await call(runtime, then)
    return downloads.mock.calls.filter(([mode]) => mode === GPUMapMode.READ).length
  }

  test('nothing is downloaded to the CPU: two models cost the one download of the last', async () => {
    const runtime = await serving(head('webgpu', { next: toTail }), tail('webgpu'))
    expect(await counted(runtime)).toBe(1)
    expect(await counted(runtime, { ...follow, back: true })).toBe(2)
    await Promise.all([runtime.close('head'), runtime.close('tail')])
  })

  test('what guards of the second look at is downloaded, and they see it', async () => {
    const guards: Guards = { inputs: [{ kind: 'range', input: 'h', min: 1e6, then: 'abstain' }] }
    const runtime = await serving(head('webgpu', { next: toTail }), tail('webgpu', 'tail', guards))
    expect((await call(runtime)).next!['tail']!.guard).toMatchObject({ outcome: 'abstained' })
    expect(await counted(runtime)).toBe(1)
    await Promise.all([runtime.close('head'), runtime.close('tail')])
  })

  test('a model on another backend takes it all the same', async () => {
    const runtime = await serving(head('webgpu', { next: toTail }), tail('wasm'))
    closeTo(numbers((await call(runtime)).next!['tail']!.outputs['z']), doubled)
    await Promise.all([runtime.close('head'), runtime.close('tail')])
  })
})

test('several models take what one input was encoded to', async () => {
  const other = denseOnnxRequest(['wasm'], { model: 'other', bias: 5 })
  const runtime = await serving(head('wasm'), other, denseOnnxRequest(['wasm'], { model: 'third', bias: -1 }))
  const models = [{ model: 'other' }, { model: 'third' }]
  const reply = await call(runtime, { kind: 'fan-out', models })
  closeTo(numbers(reply.outputs['y']), denseExpected(x, 0))
  closeTo(numbers(reply.next!['other']!.outputs['y']), denseExpected(x, 5))
  closeTo(numbers(reply.next!['third']!.outputs['y']), denseExpected(x, -1))
  expect(reply).not.toHaveProperty('encoded')
})

test('an image is encoded once, for models that know nothing of images', async () => {
  const request = tinyGraphRequest(
    {
      inputs: [{ name: 'pixels', dtype: 'float32', shape: ['batch', 1, 2, 2] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 4] }],
      nodes: [{ op: 'Flatten', inputs: ['pixels'], outputs: ['y'] }],
    },
    ['wasm'],
    {
      model: 'head',
      pipeline: {
        inputs: [
          { kind: 'image', name: 'image', tensor: 'pixels', layout: 'nchw', steps: [{ op: 'greyscale' }] },
        ],
        outputs: [],
      },
    },
  )
  const { pipeline: _, ...plain } = request.manifest
  const runtime = await serving(request, { ...request, manifest: { ...plain, model: 'other' } })
  const grey = new ImageData(Uint8ClampedArray.from([10, 20, 30, 40].flatMap((v) => [v, v, v, 255])), 2, 2)
  const image = await createImageBitmap(grey)
  const follow: FollowUp = { kind: 'fan-out', models: [{ model: 'other' }] }
  const { next } = await runtime.predict('head', { inputs: { image }, now: 0, follow })
  closeTo(numbers(next!['other']!.outputs['y']), [10, 20, 30, 40])
})

describe('a chain that cannot be', () => {
  test('a model that does not take what it is passed', async () => {
    const runtime = await serving(head('wasm'), denseOnnxRequest(['wasm'], { model: 'tail' }))
    const wrong = call(runtime, { ...follow, inputs: { x: 'y' } })
    await expect(wrong).rejects.toMatchObject({
      code: 'NEXT_INVALID',
      details: { path: ['head', 'tail'] },
      cause: { code: 'INPUT_SHAPE' },
    })
  })

  test('an output that is not there', async () => {
    const runtime = await serving(head('wasm'), tail('wasm'))
    const wrong = call(runtime, { ...follow, inputs: { h: 'nothing' } })
    await expect(wrong).rejects.toMatchObject({ code: 'NEXT_INVALID' })
  })

  test('a model that does not serve here is waited for by whoever called', async () => {
    await expect(call(await serving(head('wasm')))).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('a first model that abstains passes nothing on', async () => {
    const guards: Guards = { inputs: [{ kind: 'range', input: 'x', min: 100, then: 'abstain' }] }
    const reply = await call(await serving(head('wasm', { guards }), tail('wasm')))
    expect(reply.guard).toMatchObject({ outcome: 'abstained' })
    expect(reply).not.toHaveProperty('next')
  })
})
