import { writeModel } from '@homing/onnx'

import type { Artifact, OnDevice } from '../artifact.ts'
import { percent } from '../report/markdown.ts'
import { lineChart } from '../report/line-chart.ts'
import type { RunLog } from '../report/run-log.ts'
import { digitsCard, digitsSummary } from './digits-card.ts'
import { digitsOnDevice } from './digits-on-device.ts'
import { digitsPipeline } from './digits-pipeline.ts'
import { goldenDigits, goldenFile } from './golden-digits.ts'
import { tfjsTwin, twinFiles } from './tfjs-twin.ts'
import type { TrainedDigits } from './train-digits.ts'

/** Names of the two packages made of the same weights. */
export const digitsNames = { onnx: 'digits', tfjs: 'digits-tfjs' } as const

/** The artefacts of a trained version: the ONNX model and its tfjs twin. */
export async function digitsArtifacts(trained: TrainedDigits): Promise<Artifact[]> {
  const { log, model } = trained
  const curve = digitsCurve(log)
  const artifact = (
    name: string,
    title: string,
    source: string,
    layout: 'nchw' | 'nhwc',
    onDevice: OnDevice,
    files: Artifact['files'],
  ): Artifact => ({
    pack: {
      model: name,
      version: log.version,
      ...(log.parent !== undefined && { parent: log.parent }),
      source,
      pipeline: digitsPipeline(layout),
      ...onDevice,
      card: {
        title,
        summary: digitsSummary(trained),
        licence: 'Apache-2.0',
        metrics: { ...log.metrics },
        document: 'card.md',
      },
    },
    files,
    card: digitsCard(trained, name, onDevice),
    curve,
    log: { ...log, model: name },
  })
  return [
    artifact(digitsNames.onnx, 'Handwritten digits', 'model.onnx', 'nchw', digitsOnDevice, {
      'model.onnx': writeModel(model),
    }),
    artifact(
      digitsNames.tfjs,
      'Handwritten digits (TensorFlow.js)',
      twinFiles.topology,
      'nhwc',
      // TensorFlow.js differentiates by itself: an explanation needs no graph.
      { training: digitsOnDevice.training, probes: { golden: goldenFile } },
      { ...tfjsTwin(model), [goldenFile]: await goldenDigits(model) },
    ),
  ]
}

function digitsCurve({ version, curve }: RunLog): string {
  const series = (name: string, figure: string) => ({
    name,
    points: curve.map(({ epoch, figures }) => ({ x: epoch, y: figures[figure]! })),
  })
  return lineChart({
    title: `Training of digits ${version}`,
    xLabel: 'epoch',
    panels: [
      {
        title: 'loss',
        series: [series('training', 'loss'), series('test', 'testLoss')],
        format: (value) => String(value),
      },
      {
        title: 'accuracy',
        series: [series('training', 'accuracy'), series('test', 'testAccuracy')],
        format: (value) => percent(value, 1),
      },
    ],
  })
}
