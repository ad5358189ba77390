import { graphBuilder } from '@homing/onnx'
import { expect, it } from 'vitest'

import { differentiableOperators } from '../../registry.ts'
import { operatorCases } from './operator-cases.ts'
import { newestCases } from './rarer-cases.ts'

/** Their gradient is zero everywhere: nothing to compare. */
const steps = ['Ceil', 'Floor', 'Round', 'Sign']

it('every operator that has a gradient is compared on WebGPU', () => {
  const cases = [...Object.values(operatorCases).flat(), ...newestCases]
  const types = cases.flatMap(({ define, shapes }) => {
    const g = graphBuilder('case', { opset: 24 })
    const inputs = shapes.map((shape, index) => g.input(`x${index}`, 'float32', shape))
    g.output('y', define(g, inputs), 'float32', [])
    return g.build().graph!.node.map(({ opType }) => opType)
  })
  expect(differentiableOperators.filter((type) => ![...types, ...steps].includes(type))).toEqual([])
})
