import { writeModel } from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import { type Artifact, writeArtifact } from '../artifact.ts'
import { lineChart } from '../report/line-chart.ts'
import type { RunLog } from '../report/run-log.ts'
import type { TrainRequest } from '../training/train-request.ts'
import { type TrainedWine, trainWine } from './train-wine.ts'
import { wineCard, wineSummary } from './wine-card.ts'
import { wineOnDevice } from './wine-on-device.ts'
import { wineRecipes } from './wine-recipe.ts'

/**
 * Trains a listed version of wine and writes its artefact.
 * @returns the folders written.
 * @throws HomingError CONFIG_INVALID for a version that is not listed, DATA_INVALID for missing data.
 */
export async function trainWineVersion({ artifactRoot, ...request }: TrainRequest): Promise<string[]> {
  const recipe = Object.hasOwn(wineRecipes, request.version) ? wineRecipes[request.version] : undefined
  if (!recipe) {
    throw new HomingError(
      'CONFIG_INVALID',
      `wine has no version ${request.version}, only ${Object.keys(wineRecipes).join(', ')}`,
    )
  }
  return [await writeArtifact(artifactRoot, wineArtifact(await trainWine(request, recipe)))]
}

function wineArtifact(trained: TrainedWine): Artifact {
  const { log, model, pipeline } = trained
  return {
    pack: {
      model: log.model,
      version: log.version,
      source: 'model.onnx',
      pipeline,
      ...wineOnDevice,
      card: {
        title: 'White wine quality',
        summary: wineSummary(trained),
        licence: 'Apache-2.0',
        metrics: { ...log.metrics },
        document: 'card.md',
      },
    },
    files: { 'model.onnx': writeModel(model) },
    card: wineCard(trained),
    curve: wineCurve(log),
    log,
  }
}

function wineCurve({ version, curve }: RunLog): string {
  const series = (name: string, figure: string) => ({
    name,
    points: curve.map(({ epoch, figures }) => ({ x: epoch, y: figures[figure]! })),
  })
  const format = (value: number): string => String(value)
  return lineChart({
    title: `Training of wine ${version}`,
    xLabel: 'epoch',
    panels: [
      {
        title: 'mean squared error',
        series: [series('training', 'loss'), series('held out', 'testLoss')],
        format,
      },
      {
        title: 'mean absolute error (points)',
        series: [series('training', 'mae'), series('held out', 'testMae')],
        format,
      },
    ],
  })
}
