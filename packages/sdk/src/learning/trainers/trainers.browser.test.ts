import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import { backend as currentBackend, memory } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'

import {
  type FixtureName,
  fixtureBatch,
  fixtureNames,
  onnxTraining,
  tfjsTraining,
  trace,
} from '../../../test/tiny-training.ts'
import { trainerContract } from '../../../test/trainer-contract.ts'
import type { Backend } from '../../libraries/backend.ts'
import { startOnnx } from '../../libraries/onnx-start.ts'
import { onnxTrainer, onnxTrainers } from './onnx-trainer.ts'
import { tfjsTrainers } from './tfjs-trainer.ts'

const assetBase = new URL('.', new URL(wasmUrl, location.href)).href
const onnx = onnxTrainers({ threads: 1 })
const tfjs = tfjsTrainers({ assetBase })

for (const backend of ['wasm', 'webgpu'] as const)
  trainerContract({ library: onnx, backend, files: onnxTraining, prefix: '' })
for (const backend of ['cpu', 'webgl', 'webgpu'] as const)
  trainerContract({ library: tfjs, backend, files: tfjsTraining, prefix: 'dense/' })

const lossesOf = async (engine: 'onnx' | 'tfjs', backend: Backend, name: FixtureName): Promise<number[]> => {
  const trainer = await (engine === 'onnx'
    ? onnx.open(backend, onnxTraining(name))
    : tfjs.open(backend, tfjsTraining(name)))
  const { reports } = await trace(trainer, name)
  await trainer.release()
  return reports.map(({ loss }) => loss)
}

test.each(fixtureNames)('the losses of "%s" are the same on every backend', async (name) => {
  const expected = await lossesOf('onnx', 'wasm', name)
  const others = [
    ['onnx', 'webgpu'],
    ['tfjs', 'webgl'],
    ['tfjs', 'webgpu'],
  ] as const
  for (const [engine, backend] of others) {
    const losses = await lossesOf(engine, backend, name)
    losses.forEach((loss, step) => expect(Math.abs(loss - expected[step]!)).toBeLessThan(1e-4))
  }
})

test('a dense layer is trained on TensorFlow.js wasm too, where it has the kernels', async () => {
  const expected = await lossesOf('onnx', 'wasm', 'squares')
  const losses = await lossesOf('tfjs', 'wasm', 'squares')
  losses.forEach((loss, step) => expect(loss).toBeCloseTo(expected[step]!, 4))
})

test('parameters and state stay on the GPU from step to step, and no buffer is left over', async () => {
  const running = await startOnnx('webgpu', {})
  const trainer = await onnxTrainer(running, onnxTraining('squares'))
  const device = await running.library.env.webgpu.device
  const made = { buffers: 0, destroyed: 0 }
  const createBuffer = device.createBuffer.bind(device)
  device.createBuffer = (descriptor) => {
    made.buffers++
    const buffer = createBuffer(descriptor)
    const destroy = buffer.destroy.bind(buffer)
    buffer.destroy = () => {
      made.destroyed++
      destroy()
    }
    return buffer
  }
  const run = async (from: number, to: number): Promise<number> => {
    for (let step = from; step <= to; step++) {
      await trainer.step(fixtureBatch('squares', step), { learningRate: 0.1, step })
      expect(trainer.locations()).toEqual(new Set(['gpu-buffer']))
    }
    return made.buffers - made.destroyed
  }
  const warm = await run(1, 10)
  expect(await run(11, 60)).toBeLessThanOrEqual(warm)
  await trainer.parameters()
  expect(await run(61, 70)).toBeLessThanOrEqual(warm)
  device.createBuffer = createBuffer
  await trainer.release()
})

test.each(['cpu', 'webgl', 'webgpu'] as const)(
  'TensorFlow.js on %s keeps no tensors of a step',
  async (backend) => {
    await (await tfjs.open(backend, tfjsTraining('squares'))).release() // starts the backend
    const empty = memory().numTensors
    for (const name of ['squares', 'huber', 'gathered'] as const) {
      const trainer = await tfjs.open(backend, tfjsTraining(name))
      await trace(trainer, name, 2)
      const warm = memory().numTensors
      for (let step = 3; step <= 8; step++) {
        await trainer.step(fixtureBatch(name, step), { learningRate: step === 5 ? 1e30 : 0.1, step })
        expect(memory().numTensors).toBeLessThanOrEqual(warm)
      }
      await trainer.begin()
      await trace(trainer, name, 2)
      expect(memory().numTensors).toBe(warm)
      await trainer.release()
      expect(memory().numTensors).toBe(empty)
    }
  },
)

test('a GPU that is lost is told instead of tensors that nobody trained', async () => {
  const onWebgl = await tfjs.open('webgl', tfjsTraining('squares'))
  await trace(onWebgl, 'squares', 1)
  const { gl } = (currentBackend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } }).gpgpu
  gl.getExtension('WEBGL_lose_context')!.loseContext()
  await expect(onWebgl.parameters()).rejects.toMatchObject({ code: 'ENGINE_FAILED' })

  const running = await startOnnx('webgpu', {})
  const onWebgpu = await onnxTrainer(running, onnxTraining('squares'))
  await onWebgpu.step(fixtureBatch('squares'), { learningRate: 0.1, step: 1 })
  ;(await running.library.env.webgpu.device).destroy()
  await expect(onWebgpu.parameters()).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
})
