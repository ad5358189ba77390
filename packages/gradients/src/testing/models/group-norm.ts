import { graphBuilder, makeTensor, type ModelProto } from '@homing/onnx'

import { layersOf } from './layers.ts'
import { weightsOf } from './weights.ts'

/** Groups of channels that are normalised together, and what is added to their variance. */
export const groupNorm = { groups: 2, epsilon: 1e-3 } as const

/**
 * GroupNorm as exporters write it below operator set 18: channels of a group in one row, InstanceNormalization with
 * scale 1 and shift 0 (nodes, which nobody trains), the old shape again, then scale and shift. x [batch, 2, 5, 5] -> logits [batch, 4].
 */
export function groupNormalised(): ModelProto {
  const g = graphBuilder('group-norm')
  const weights = weightsOf(g, 7)
  const { conv, dense } = layersOf(g, weights)
  const y = conv(g.input('x', 'float32', ['batch', 2, 5, 5]), 'conv', [2, 6])
  const { groups, epsilon } = groupNorm
  const rows = g.op('Reshape', [y, g.ints([0, groups, -1])])
  const [ones, zeros] = [1, 0].map((number) =>
    g.op('Constant', [], {
      value: makeTensor('', 'float32', [groups], new Array<number>(groups).fill(number)),
    }),
  )
  const even = g.op('Reshape', [
    g.op('InstanceNormalization', [rows, ones, zeros], { epsilon }),
    g.op('Shape', [y]),
  ])
  const perChannel = (name: string, centre: number) =>
    g.op('Unsqueeze', [weights.vector(name, 6, centre), g.ints([1, 2])])
  const scaled = g.op('Mul', [even, perChannel('norm.weight', 1)])
  const features = g.op('Relu', [g.op('Add', [scaled, perChannel('norm.bias', 0)])])
  const mean = g.op('Flatten', [g.op('GlobalAveragePool', [features])])
  g.output('logits', dense(mean, 'head', 6, 4), 'float32', ['batch', 4])
  return g.build()
}
