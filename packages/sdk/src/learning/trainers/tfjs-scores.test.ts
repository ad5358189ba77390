import { canonicalBytes, type OutputReading } from '@homing/protocol'
import { describe, expect, it } from 'vitest'

import { type FixtureName, onnxTraining, tfjsTraining, trace } from '../../../test/tiny-training.ts'
import type { TrainingFiles } from '../trainer.ts'
import { onnxTrainers } from './onnx-trainer.ts'
import { tfjsTrainers } from './tfjs-trainer.ts'

const layer = (name: string, config: object) => ({ class_name: name, config })
const dense = (activation: string, config: object = {}) =>
  layer('Dense', { name: 'dense', units: 3, activation, batch_input_shape: [null, 4], ...config })
const sequential = (layers: readonly object[], name = 'tiny') => layer('Sequential', { name, layers })

const reshape = layer('Reshape', { name: 'end', target_shape: [3] })

/** The tiny dense layer, ending in `layers`. */
function ending(name: FixtureName, layers: readonly object[], activation?: 'none'): TrainingFiles {
  const { manifest, graph, parameters } = tfjsTraining(name)
  const { format, weightSpecs } = JSON.parse(new TextDecoder().decode(graph)) as Record<string, unknown>
  const reading: OutputReading[] = activation
    ? [{ kind: 'classification', tensor: 'y', activation, labels: ['cat', 'dog', 'fox'] }]
    : []
  return {
    manifest: { ...manifest, pipeline: { inputs: [], outputs: reading } },
    graph: canonicalBytes({ format, modelTopology: sequential(layers), weightSpecs }),
    parameters,
  }
}

const softmaxes = {
  'a dense layer': [dense('softmax')],
  'an Activation': [dense('linear'), layer('Activation', { name: 'end', activation: 'softmax' })],
  'a Softmax': [dense('linear'), layer('Softmax', { name: 'end', axis: -1 })],
  'a model within the model': [sequential([dense('softmax')], 'head')],
}

describe('cross-entropies of layers models', () => {
  it.each<[string, FixtureName, TrainingFiles]>([
    ...Object.entries(softmaxes).map(([what, layers]): [string, FixtureName, TrainingFiles] => [
      `${what} with softmax`,
      'classes',
      ending('classes', layers),
    ]),
    ['shares and softmax', 'shares', ending('shares', softmaxes['a Softmax'])],
    ['a sigmoid', 'logits', ending('logits', [dense('sigmoid')])],
    ['probabilities of another layer', 'classes', ending('classes', [dense('softmax'), reshape], 'none')],
    ['shares of another layer', 'logits', ending('logits', [dense('sigmoid'), reshape], 'none')],
  ])('read the scores behind %s, as ONNX packages do', async (_, name, files) => {
    const [onnx, tfjs] = [
      await onnxTrainers({ threads: 1 }).open('wasm', onnxTraining(name)),
      await tfjsTrainers({}).open('cpu', files),
    ]
    const [expected, found] = [await trace(onnx, name), await trace(tfjs, name)]
    for (const [step, report] of expected.reports.entries()) {
      expect(found.reports[step]!.loss).toBeCloseTo(report.loss, 4)
      expect(found.reports[step]!.metrics['accuracy']).toBeCloseTo(report.metrics['accuracy']!, 4)
    }
    const numbers = ({ tensors }: typeof found) =>
      Object.values(tensors).flatMap(({ data }) => [...(data as Float32Array)])
    const wanted = numbers(expected)
    for (const [i, value] of numbers(found).entries()) expect(value).toBeCloseTo(wanted[i]!, 4)
    await onnx.release()
    await tfjs.release()
  })

  it('leave what other losses read as it is', async () => {
    const losses = []
    for (const activation of ['linear', 'softmax']) {
      const trainer = await tfjsTrainers({}).open('cpu', ending('squares', [dense(activation)]))
      losses.push((await trace(trainer, 'squares', 1)).reports[0]!.loss)
      await trainer.release()
    }
    expect(losses[1]).not.toBeCloseTo(losses[0]!, 3)
  })
})
