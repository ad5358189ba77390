import { graphBuilder, type GraphBuilder, type Value, writeModel } from '@homing/onnx'

const sines = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 1.7 + seed) / 2)

/** Two dense layers, 4 -> 8 -> 3; `end` writes what the model ends in. */
export function classifier(
  end: (g: GraphBuilder, logits: Value) => Value = (_, logits) => logits,
  { rows = 'n', opset = 17 }: { rows?: number | string; opset?: number } = {},
): Uint8Array<ArrayBuffer> {
  const g = graphBuilder('classifier', { opset })
  const x = g.input('x', 'float32', [rows, 4])
  const dense = (name: string, from: Value, inputs: number, outputs: number): Value =>
    g.op('Gemm', [
      from,
      g.parameter(`${name}.weight`, 'float32', [inputs, outputs], sines(inputs * outputs, outputs)),
      g.parameter(`${name}.bias`, 'float32', [outputs], sines(outputs, inputs)),
    ])
  const hidden = g.op('Relu', [dense('body', x, 4, 8)])
  g.output('y', end(g, dense('head', hidden, 8, 3)), 'float32', [rows, 3])
  return writeModel(g.build())
}

/** Examples of three classes that a classifier can learn. */
export function examples(rows: number) {
  const classes = Int32Array.from({ length: rows }, (_, row) => row % 3)
  const data = Float32Array.from({ length: rows * 4 }, (_, i) =>
    i % 4 === classes[Math.floor(i / 4)]! ? 2 : Math.cos(i) / 4,
  )
  return { x: { shape: [rows, 4], data }, targets: { shape: [rows], data: classes } }
}
