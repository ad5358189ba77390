import { graphBuilder, type ModelProto, type Value } from '@homing/onnx'

import { layersOf } from './layers.ts'
import { weightsOf } from './weights.ts'

/** MobileNetV2's blocks (Sandler et al. 2018, table 2), fewer of them: expansion, channels, repetitions, stride. */
const blocks = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 2, 2],
  [6, 64, 2, 2],
  [6, 96, 1, 1],
] as const

/** Share of the channels, rounded to whole eights as the paper's own code does. */
const width = (channels: number): number => Math.max(8, Math.floor((channels * 0.35 + 4) / 8) * 8)

/** Sizes of the network. */
export const mobilenetSizes = { side: 32, features: 128, classes: 2 } as const

/**
 * A network of MobileNetV2's shape, as exporters write it: inverted residuals of width 0.35 with depthwise convolutions,
 * batch normalisation and ReLU6, then a dense head: x [batch, 3, 32, 32] -> logits [batch, 2].
 */
export function mobilenet(): ModelProto {
  const { side, features, classes } = mobilenetSizes
  const g = graphBuilder('mobilenet')
  const { conv, batchNorm, relu6, dense } = layersOf(g, weightsOf(g, 8))
  const layer = (x: Value, name: string, from: number, to: number, options: Parameters<typeof conv>[3]) =>
    batchNorm(conv(x, name, [from, to], options), `${name}.norm`, to)

  const inverted = (x: Value, name: string, from: number, to: number, expansion: number, stride: number) => {
    const wide = from * expansion
    const expanded = expansion === 1 ? x : relu6(layer(x, `${name}.expand`, from, wide, { kernel: 1 }))
    const depth = relu6(layer(expanded, `${name}.depth`, wide, wide, { stride, group: wide }))
    const projected = layer(depth, `${name}.project`, wide, to, { kernel: 1 })
    return stride === 1 && from === to ? g.op('Add', [x, projected]) : projected
  }

  let channels = width(32)
  let x = relu6(layer(g.input('x', 'float32', ['batch', 3, side, side]), 'stem', 3, channels, { stride: 2 }))
  blocks.forEach(([expansion, wanted, repetitions, stride], block) => {
    const to = width(wanted)
    for (let index = 0; index < repetitions; index++) {
      x = inverted(x, `block${block}.${index}`, channels, to, expansion, index === 0 ? stride : 1)
      channels = to
    }
  })
  const last = relu6(layer(x, 'features', channels, features, { kernel: 1 }))
  const pooled = g.op('Flatten', [g.op('GlobalAveragePool', [last])])
  g.output('logits', dense(pooled, 'head', features, classes), 'float32', ['batch', classes])
  return g.build()
}
