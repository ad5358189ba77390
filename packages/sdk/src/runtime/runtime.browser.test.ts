import type { Pipeline, Signature } from '@homing/protocol'
import { memory } from '@tensorflow/tfjs-core'
import { beforeEach, describe, expect, it } from 'vitest'

import { denseLayersRequest, einsumRequest } from '../../test/tiny-tfjs.ts'
import { denseExpected, denseOnnxRequest, floats, tinyGraphRequest } from '../../test/tiny-packages.ts'
import type { TinyGraph } from '../../test/tiny-onnx.ts'
import { onnxEngine } from './engines/onnx-engine.ts'
import { tfjsEngine } from './engines/tfjs-engine.ts'
import { firstPredictions } from './config.ts'
import { createRuntime } from './runtime.ts'
import type { InputValue } from '../inputs/input-value.ts'
import type { BackendFault, LoadRequest, PredictReply, RuntimeApi } from './runtime-api.ts'

const onnx = onnxEngine({})
const tfjs = tfjsEngine({})

let runtime: RuntimeApi
beforeEach(() => {
  runtime = createRuntime(onnx)
})

const serve = async (request: LoadRequest): Promise<number> => {
  const { instance } = await runtime.load(request)
  await runtime.activate(request.manifest.model, instance)
  return instance
}
const predict = (inputs: Readonly<Record<string, InputValue>>, signal?: AbortSignal): Promise<PredictReply> =>
  runtime.predict('tiny', { inputs, now: 0 }, signal)
const zeros = floats([0, 0, 0, 0], [1, 4])
const biasOf = ({ outputs }: PredictReply): unknown => outputs['y']!.data[0]

describe('loading', () => {
  it('tells the engine, the backend and the times', async () => {
    const facts = await runtime.load(denseOnnxRequest(['wasm']))
    expect(facts).toMatchObject({
      engine: 'onnx',
      engineVersion: '1.30.0',
      backend: 'wasm',
      threads: 1,
      fallbacks: [],
    })
    expect(facts.threadsReason).toContain('cross-origin isolated')
    for (const time of Object.values(facts.timings)) expect(time).toBeGreaterThan(0)
    expect(await runtime.engineVersion()).toBe(facts.engineVersion)
    await runtime.discard(facts.instance)
  })

  it('falls to the next backend with the stage, code and reason of each', async () => {
    runtime = createRuntime(tfjs)
    const noFiles = await runtime.load(einsumRequest(['wasm', 'cpu']))
    expect(noFiles).toMatchObject({
      backend: 'cpu',
      fallbacks: [
        {
          backend: 'wasm',
          stage: 'start',
          code: 'BACKEND_UNAVAILABLE',
          reason: expect.stringContaining('assetBase'),
        },
      ],
    })
    await runtime.discard(noFiles.instance)
  })

  it('tells every reason when none is left', async () => {
    const imaginary: TinyGraph = {
      inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
      nodes: [{ op: 'Imaginary', domain: 'example.test', inputs: ['x'], outputs: ['y'] }],
    }
    const failed = {
      stage: 'load',
      code: 'OPERATOR_UNSUPPORTED',
      reason: expect.stringContaining('Imaginary'),
    }
    await expect(runtime.load(tinyGraphRequest(imaginary, ['webgpu', 'wasm']))).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      details: {
        backends: [
          { backend: 'webgpu', ...failed },
          { backend: 'wasm', ...failed },
        ],
      },
    })
  })

  it('takes a model that cannot run on dynamic dimensions of 1', async () => {
    const slice: TinyGraph = {
      inputs: [{ name: 'x', dtype: 'float32', shape: ['n'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [2, 'half'] }],
      nodes: [
        { op: 'Constant', inputs: [], outputs: ['unused'], attributes: { value_int: 0 } },
        { op: 'Split', inputs: ['x'], outputs: ['one', 'two'], attributes: { axis: 0, num_outputs: 2 } },
        { op: 'Concat', inputs: ['one', 'two'], outputs: ['y1'], attributes: { axis: 0 } },
        { op: 'Identity', inputs: ['y1'], outputs: ['y'] },
      ],
      opset: 18,
    }
    const facts = await runtime.load(
      tinyGraphRequest({ ...slice, outputs: [{ name: 'y', dtype: 'float32', shape: ['n'] }] }, ['wasm']),
    )
    expect(facts.backend).toBe('wasm')
    await runtime.discard(facts.instance)
  })

  it('refuses bytes that are no graph, a pipeline that does not fit, and an empty list of backends', async () => {
    const request = denseOnnxRequest(['wasm'])
    const load = (changed: Partial<LoadRequest>): Promise<unknown> => runtime.load({ ...request, ...changed })
    await expect(load({ graph: new TextEncoder().encode('<html>') })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    })
    await expect(load({ parameters: request.parameters.slice(0, 20) })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    })
    await expect(load({ backends: [] })).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
    const pipeline: Pipeline = {
      inputs: [{ kind: 'image', name: 'i', tensor: 'nothing', layout: 'nchw', steps: [] }],
      outputs: [],
    }
    await expect(load({ manifest: { ...request.manifest, pipeline } })).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
    })
  })
})

describe('predicting', () => {
  it('gives the outputs, the version, the backend and the times', async () => {
    await serve(denseOnnxRequest(['wasm'], { bias: 0.5 }))
    const x = [1, 2, 3, 4, -1, 0, 1, 0.5]
    const reply = await predict({ x: floats(x, [2, 4]) })
    expect(reply.outputs['y']).toEqual(floats(denseExpected(x, 0.5), [2, 3]))
    expect(reply).toMatchObject({ version: '1.0.0', backend: 'wasm' })
    expect(Object.keys(reply.timings)).toEqual(['queue', 'encode', 'run', 'decode'])
    await runtime.close('tiny')
  })

  it('refuses bad inputs and goes on', async () => {
    await serve(denseOnnxRequest(['wasm'], { bias: 1 }))
    await expect(predict({})).rejects.toMatchObject({ code: 'INPUT_NAME' })
    await expect(predict({ z: zeros })).rejects.toMatchObject({ code: 'INPUT_NAME' })
    await expect(
      predict({ x: { dtype: 'float64', shape: [1, 4], data: new Float64Array(4) } }),
    ).rejects.toMatchObject({ code: 'INPUT_DTYPE' })
    await expect(predict({ x: floats([1, 2, 3], [1, 3]) })).rejects.toMatchObject({ code: 'INPUT_SHAPE' })
    await expect(predict({ x: floats([1, 2, 3], [1, 4]) })).rejects.toMatchObject({ code: 'INPUT_SHAPE' })
    await expect(predict({ x: floats([1, 2, 3, NaN], [1, 4]) })).rejects.toMatchObject({
      code: 'INPUT_VALUE',
    })
    await expect(predict({ x: null as never })).rejects.toMatchObject({ code: 'INPUT_DTYPE' })
    await expect(predict(null as never)).rejects.toMatchObject({ code: 'INPUT_NAME' })
    expect(biasOf(await predict({ x: zeros }))).toBe(1)
    await runtime.close('tiny')
  })

  const gather: TinyGraph = {
    inputs: [
      { name: 'table', dtype: 'float32', shape: [4] },
      { name: 'index', dtype: 'int64', shape: [1] },
    ],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    nodes: [{ op: 'Gather', inputs: ['table', 'index'], outputs: ['y'] }],
  }
  const at = (index: number): Promise<PredictReply> =>
    predict({
      table: floats([5, 6, 7, 8], [4]),
      index: { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(index)) },
    })

  it('blames a value that a proven model cannot take on the call, not on the backend', async () => {
    const faults: BackendFault[] = []
    const proven: [string, number][] = []
    await runtime.onFault((fault) => faults.push(fault))
    await runtime.onProven((model, instance) => proven.push([model, instance]))
    const instance = await serve(tinyGraphRequest(gather, ['wasm']))
    for (let call = 0; call < firstPredictions; call++) {
      expect(proven).toEqual([])
      await at(2)
    }
    expect(proven).toEqual([['tiny', instance]])
    await expect(at(9)).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: expect.anything() })
    expect(biasOf(await at(2))).toBe(7)
    expect(faults).toEqual([])
    expect(proven).toHaveLength(1)
    await runtime.close('tiny')
  })

  it('leaves it in doubt among the first predictions, and tries the call on another version without a switch', async () => {
    const faults: BackendFault[] = []
    await runtime.onFault((fault) => faults.push(fault))
    await serve(tinyGraphRequest(gather, ['wasm']))
    const wrapping: TinyGraph = {
      ...gather,
      nodes: [
        { op: 'Sub', inputs: ['index', 'index'], outputs: ['first'] },
        { op: 'Gather', inputs: ['table', 'first'], outputs: ['y'] },
      ],
    }
    const { instance: same } = await runtime.load(tinyGraphRequest(gather, ['wasm']))
    const { instance: better } = await runtime.load(tinyGraphRequest(wrapping, ['wasm']))
    expect(await runtime.answersFailed('tiny', better)).toBe(false) // nothing has failed
    const failed = at(9)
    await expect.poll(() => faults.length).toBe(1)
    expect(faults[0]).toMatchObject({ doubt: true, error: { code: 'ENGINE_FAILED' } })
    expect(await runtime.answersFailed('tiny', same)).toBe(false)
    expect(await runtime.answersFailed('tiny', better)).toBe(true)
    expect(await runtime.answersFailed('tiny', 99)).toBe(false)
    await runtime.giveUp('tiny', faults[0]!.error)
    await expect(failed).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: expect.anything() })
    expect(biasOf(await at(2))).toBe(7)
    await runtime.discard(same)
    await runtime.discard(better)
    await runtime.close('tiny')
  })

  it('takes aborted calls out of the queue', async () => {
    await serve(denseOnnxRequest(['wasm'], { bias: 1 }))
    const controller = new AbortController()
    const calls = Array.from({ length: 6 }, (_, i) =>
      predict({ x: zeros }, i % 2 === 1 ? controller.signal : undefined),
    )
    controller.abort()
    const ends = await Promise.allSettled(calls)
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ])
    await expect(calls[1]).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(predict({ x: zeros }, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
    await runtime.close('tiny')
  })

  it('rejects a running call at once when it is aborted, and runs the next', async () => {
    await serve(denseOnnxRequest(['wasm'], { bias: 1 }))
    const controller = new AbortController()
    const running = predict({ x: zeros }, controller.signal)
    const next = predict({ x: zeros })
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' })
    expect(biasOf(await next)).toBe(1)
    await runtime.close('tiny')
  })
})

describe('images', () => {
  const signature: Signature = {
    inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 1, 2, 2] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 1, 2, 2] }],
  }
  const graph: TinyGraph = {
    ...(signature as unknown as TinyGraph),
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
  }
  const pipeline: Pipeline = {
    inputs: [
      {
        kind: 'image',
        name: 'image',
        tensor: 'x',
        layout: 'nchw',
        steps: [{ op: 'greyscale' }, { op: 'scale', by: 1 / 255 }],
      },
    ],
    outputs: [],
  }
  const pixels = new ImageData(
    Uint8ClampedArray.from([0, 255, 255, 0].flatMap((grey) => [grey, grey, grey, 255])),
    2,
    2,
  )
  const expected = [0, 1, 1, 0]
  const written = ({ outputs }: PredictReply): number[] =>
    [...(outputs['y']!.data as Float32Array)].map((value) => Math.round(value * 1e4) / 1e4)

  it('reads ImageData and bitmaps alike, one or several, and closes the bitmaps', async () => {
    await serve(tinyGraphRequest(graph, ['wasm'], { pipeline }))
    expect(written(await predict({ image: pixels }))).toEqual(expected)
    const bitmap = await createImageBitmap(pixels)
    expect(written(await predict({ image: bitmap }))).toEqual(expected)
    expect(bitmap.width).toBe(0) // closed
    const both = await predict({ image: [pixels, await createImageBitmap(pixels)] })
    expect(written(both)).toEqual([...expected, ...expected])
    await runtime.close('tiny')
  })

  it('refuses a closed bitmap, and closes those of calls that never run', async () => {
    await serve(tinyGraphRequest(graph, ['wasm'], { pipeline }))
    const closed = await createImageBitmap(pixels)
    closed.close()
    await expect(predict({ image: closed })).rejects.toMatchObject({ code: 'INPUT_VALUE' })
    const aborted = await createImageBitmap(pixels)
    await expect(predict({ image: aborted }, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
    expect(aborted.width).toBe(0)
    const late = await createImageBitmap(pixels)
    const call = predict({ image: pixels })
    const queued = predict({ image: late })
    await runtime.close('tiny')
    for (const end of [call, queued]) await expect(end).rejects.toMatchObject({ code: 'CLOSED' })
    expect(late.width).toBe(0)
  })
})

describe('switching', () => {
  it('falls between two of 200 calls in flight: none mixed, none lost, in order', async () => {
    await serve(denseOnnxRequest(['wasm'], { bias: 1, version: '1.0.0' }))
    const next = await runtime.load(denseOnnxRequest(['wasm'], { bias: 2, version: '1.1.0' }))
    const order: number[] = []
    const calls = Array.from({ length: 200 }, async (_, index) => {
      const reply = await predict({ x: zeros })
      order.push(index)
      if (index === 80) await runtime.activate('tiny', next.instance)
      return `${reply.version}:${String(biasOf(reply))}`
    })
    const replies = await Promise.all(calls)
    expect(order).toEqual(Array.from({ length: 200 }, (_, index) => index))
    const first = replies.indexOf('1.1.0:2')
    expect(first).toBeGreaterThan(80)
    expect(first).toBeLessThan(90)
    expect(replies.map((reply, index) => reply === (index < first ? '1.0.0:1' : '1.1.0:2'))).not.toContain(
      false,
    )
    await runtime.close('tiny')
  })

  it('keeps models apart, and the serving version when another is discarded', async () => {
    const one = await serve(denseOnnxRequest(['wasm'], { bias: 1 }))
    const spare = await runtime.load(denseOnnxRequest(['wasm'], { bias: 2 }))
    const other = await runtime.load(denseOnnxRequest(['wasm'], { bias: 3, model: 'other' }))
    await expect(runtime.activate('tiny', other.instance)).rejects.toMatchObject({ code: 'CLOSED' })
    await runtime.activate('other', other.instance)
    await runtime.discard(one) // serves: stays
    await runtime.discard(spare.instance)
    await runtime.discard(4711)
    await expect(runtime.activate('tiny', spare.instance)).rejects.toMatchObject({ code: 'CLOSED' })
    expect(biasOf(await predict({ x: zeros }))).toBe(1)
    await runtime.close('tiny')
    await expect(predict({ x: zeros })).rejects.toMatchObject({ code: 'CLOSED' })
    expect(biasOf(await runtime.predict('other', { inputs: { x: zeros }, now: 0 }))).toBe(3)
    await runtime.close('other')
    await runtime.close('other')
  })

  it('releases every version that it replaced', async () => {
    runtime = createRuntime(tfjs)
    await serve(denseLayersRequest(['cpu']))
    const tensors = memory().numTensors
    for (let bias = 1; bias <= 5; bias++) {
      await serve(denseLayersRequest(['cpu'], { bias }))
      expect(biasOf(await predict({ x: zeros }))).toBe(bias)
    }
    await expect.poll(() => memory().numTensors).toBe(tensors)
    await runtime.close('tiny')
    expect(memory().numTensors).toBe(tensors - 2)
  })
})
