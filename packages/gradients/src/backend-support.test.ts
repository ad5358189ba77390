import { graphBuilder, writeModel } from '@homing/onnx'
import { env, InferenceSession } from 'onnxruntime-web/wasm'
import { describe, expect, it } from 'vitest'

import { backendOperators } from './backend-operators.ts'
import { backendSupport, runnable } from './backend-support.ts'
import { differentiableOperators, ruleOf } from './registry.ts'
import { gradientModel } from './testing/gradient-model.ts'
import { operatorSamples, sampleModel } from './testing/operator-samples.ts'
import { trainingGraph } from './training-graph.ts'

env.wasm.numThreads = 1

const opsets = Array.from({ length: 11 }, (_, index) => 16 + index)

describe('the table of operators', () => {
  it('has a sample of each operator, and a row for each that has a gradient', () => {
    expect([...backendOperators.keys()].sort()).toEqual(Object.keys(operatorSamples).sort())
    expect([...backendOperators.keys()]).toEqual(expect.arrayContaining([...differentiableOperators]))
  })

  it('says of each operator set what onnxruntime-web runs on wasm', async () => {
    for (const type of backendOperators.keys()) {
      for (const opset of opsets) {
        const model = sampleModel(type, opset)
        const runs = await InferenceSession.create(writeModel(model), { logSeverityLevel: 4 }).then(
          (session) => session.release().then(() => true),
          () => false,
        )
        expect(backendSupport(model).missing.length === 0, `${type} ${opset}`).toBe(runs)
      }
    }
  })
})

describe('the gradients of the operators', () => {
  const opset = 20
  const samples = differentiableOperators.filter(
    (type) => !ruleOf(type)!.flat && type !== 'Cast' && backendOperators.get(type)!.since <= opset,
  )

  it.each(samples)('of %s are written in operators that have WebGPU kernels', (type) => {
    const forward = sampleModel(type, opset)
    const { missing, onCpu } = backendSupport(gradientModel(forward))
    const before = backendSupport(forward).onCpu
    expect({ missing, onCpu: onCpu.filter((each) => !before.includes(each)) }).toEqual({
      missing: [],
      onCpu: [],
    })
  })
})

describe('backendSupport', () => {
  it('names what no backend is known to run, and what WebGPU leaves to the CPU', () => {
    const g = graphBuilder('mixed', { opset: 20, domains: { 'example.test': 1 } })
    const x = g.input('x', 'float32', [2, 3])
    const y = g.op('LogSoftmax', [
      g.op('Own', [g.op('Swish', [g.op('Relu', [x])])], {}, { domain: 'example.test' }),
    ])
    g.output('y', y, 'float32', [2, 3])
    expect(backendSupport(g.build())).toEqual({
      missing: ['Swish', 'example.test.Own'],
      onCpu: ['LogSoftmax'],
    })
  })

  it('looks into bodies', () => {
    const g = graphBuilder('bodies', { opset: 21 })
    const x = g.input('x', 'float32', [2])
    const branch = (type: string) =>
      g.subgraph(type, (body) => body.output(`${type}/y`, body.op(type, [x]), 'float32', [2]))
    const condition = g.input('condition', 'bool', [])
    const y = g.op('If', [condition], { then_branch: branch('Det'), else_branch: branch('Round') })
    g.output('y', y, 'float32', [2])
    expect(backendSupport(g.build())).toEqual({ missing: ['Det'], onCpu: ['Round'] })
  })

  it('takes operators that the engine brings for ones that run on the CPU', () => {
    const g = graphBuilder('contrib', { opset: 20, domains: { 'com.microsoft': 1 } })
    const x = g.input('x', 'float32', [2, 3])
    g.output('y', g.op('BiasGelu', [x, x], {}, { domain: 'com.microsoft' }), 'float32', [2, 3])
    expect(backendSupport(g.build())).toEqual({ missing: [], onCpu: ['com.microsoft.BiasGelu'] })
  })

  it('refuses training and gradient graphs that no backend is known to run', () => {
    const g = graphBuilder('exotic', { opset: 20 })
    const x = g.op('Det', [g.input('x', 'float32', [2, 3, 3])], {}, { dtype: 'float32', shape: [2] })
    g.output('y', g.op('Mul', [x, g.parameter('w', 'float32', [2], [1, 2])]), 'float32', [2])
    const model = g.build()
    const refused: unknown = expect.objectContaining({
      code: 'ONNX_UNSUPPORTED',
      details: { missing: ['Det'] },
    })
    expect(() => runnable(model)).toThrow(refused)
    expect(() => trainingGraph(model, { loss: 'mse', optimiser: { kind: 'sgd' } })).toThrow(refused)
  })
})
