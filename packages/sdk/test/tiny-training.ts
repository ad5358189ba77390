import type { Pipeline, Training } from '@homing/protocol'

import type { Batch, StepReport, Tensors, Trainer, TrainingFiles } from '../src/learning/trainer.ts'
import type { Release } from './browser-repository.ts'
import fixtures from './generated/training-fixtures.json' with { type: 'json' }
import { denseOnnxRequest, floats } from './tiny-packages.ts'
import { denseLayersRequest } from './tiny-tfjs.ts'

/** A recipe under which the tiny dense layer is trained. */
export type FixtureName = keyof typeof fixtures

export const fixtureNames = Object.keys(fixtures) as FixtureName[]

/** Weights that lie apart from every symmetry: kernel 4 by 3, then bias. */
const kernel = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i + 1) / 2)
const bias = Float32Array.of(0.1, -0.2, 0.05)

type Options = { pipeline?: Pipeline; model?: string; version?: string }

/** The files that train the tiny dense layer in ONNX. */
export function onnxTraining(name: FixtureName, options: Options = {}): TrainingFiles {
  const { model, ...training } = fixtures[name]
  const { manifest } = denseOnnxRequest([], options)
  const graph = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0))
  const file = { sha256: '1'.repeat(64), size: graph.byteLength }
  const section = { ...training, graph: { ...training.graph, file }, inference: manifest.graph.sha256 }
  return withTraining(manifest, graph, section as unknown as Training, '')
}

/** The files that train the same layer in TensorFlow.js. */
export function tfjsTraining(name: FixtureName, options: Options = {}): TrainingFiles {
  const { model: _model, graph: _graph, tensors, ...training } = fixtures[name]
  const { manifest, graph } = denseLayersRequest([], options)
  const section = {
    ...training,
    tensors: tensors.map((tensor) => `dense/${tensor}`),
    inference: manifest.graph.sha256,
  }
  return withTraining(manifest, graph, section as unknown as Training, 'dense/')
}

function withTraining(
  manifest: TrainingFiles['manifest'],
  graph: Uint8Array<ArrayBuffer>,
  training: Training,
  prefix: string,
): TrainingFiles {
  const tensors = [
    { name: `${prefix}kernel`, dtype: 'float32', shape: [4, 3], offset: 0, size: 48 },
    { name: `${prefix}bias`, dtype: 'float32', shape: [3], offset: 48, size: 12 },
  ]
  return {
    manifest: { ...manifest, parameters: { ...manifest.parameters, tensors }, training },
    graph,
    parameters: new Uint8Array(Float32Array.of(...kernel, ...bias).buffer),
  }
}

type ReleaseOptions = Options & { inference?: string }

/** A version that trains by `name`, to publish in ONNX. */
export function onnxRelease(name: FixtureName, { inference, ...options }: ReleaseOptions = {}): Release {
  const { manifest, graph: training, parameters } = onnxTraining(name, options)
  const section = { ...manifest.training!, ...(inference === undefined ? {} : { inference }) }
  const { graph } = denseOnnxRequest([], options)
  return { request: { manifest: { ...manifest, training: section }, graph, parameters }, training }
}

/** The same version, to publish in TensorFlow.js. */
export function tfjsRelease(name: FixtureName, options: { pipeline?: Pipeline } = {}): Release {
  return { request: tfjsTraining(name, options) }
}

/** A batch for `name`; other seeds, other batches. */
export function fixtureBatch(name: FixtureName, seed = 0): Batch {
  const { targets } = fixtures[name]
  const x = floats(
    Array.from({ length: 16 }, (_, i) => Math.cos(i * 1.7 + seed)),
    [4, 4],
  )
  if (targets.dtype === 'int32') {
    const data = Int32Array.from({ length: 4 }, (_, i) => (i * 2 + seed) % 3)
    return { inputs: { x }, targets: { dtype: 'int32', shape: [4], data } }
  }
  const shares = name === 'shares'
  const value = (i: number): number => (shares ? ([0.7, 0.2, 0.1][i % 3] ?? 0) : ((i * 7 + seed) % 11) / 10)
  return {
    inputs: { x },
    targets: floats(
      Array.from({ length: 12 }, (_, i) => value(i)),
      [4, 3],
    ),
  }
}

/** Loss, metrics and tensors over some steps. */
export async function trace(
  trainer: Trainer,
  name: FixtureName,
  steps = 4,
): Promise<{ reports: StepReport[]; tensors: Tensors }> {
  const reports: StepReport[] = []
  for (let step = 1; step <= steps; step++)
    reports.push(await trainer.step(fixtureBatch(name, step), { learningRate: 0.1, step }))
  return { reports, tensors: await trainer.parameters() }
}
