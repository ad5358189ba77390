import { wineFeatures } from '../data/wine-features.ts'
import { markdownTable, settingsTable } from '../report/markdown.ts'
import { onDeviceText } from '../report/on-device-text.ts'
import type { TrainedWine } from './train-wine.ts'
import { wineOnDevice } from './wine-on-device.ts'

/** One sentence on a version. */
export function wineSummary({ log }: TrainedWine): string {
  return `Estimates the quality of a white wine from eleven measurements; off by ${log.metrics['mae']!.toFixed(2)} points of 10 on wines held out.`
}

/** The model card, in Markdown. */
export function wineCard(trained: TrainedWine): string {
  const { log, result, baseline, pipeline } = trained
  const input = pipeline.inputs[0]
  const statistics = input?.kind === 'table' ? input.features : []
  const rows = wineFeatures.map(({ name, unit, min, max }, index) => {
    const feature = statistics[index]
    const standard = feature?.kind === 'number' ? feature.standardise : undefined
    return [name, unit, `${min} to ${max}`, standard?.mean ?? '', standard?.std ?? '']
  })
  return `# wine ${log.version}

${wineSummary(trained)}

${markdownTable(
  ['on held-out wines', 'this model', 'always the mean'],
  (['mae', 'rmse', 'r2'] as const).map((name) => [
    metricNames[name],
    result[name].toFixed(4),
    baseline[name].toFixed(4),
  ]),
)}

## Intended use

Showing how a table model is fed, checked and explained on a device. The number is what three or more tasters would
be expected to give as their median, in points from 0 to 10.

## Limits

- It knows Portuguese vinho verde of the early 2000s alone, and white wine alone.
- Most wines in the data have 5, 6 or 7 points. The model seldom says less than 5 or more than 7.
- A measurement out of the ranges below is refused; a missing one is replaced by the mean.

## Features

${markdownTable(['feature', 'unit', 'accepted', 'mean', 'standard deviation'], rows)}

## Training

![Error over the epochs](curve.svg)

Two hidden layers of 32 and 16 units with ReLU, ${log.parameters} parameters, trained for mean squared error by a graph of
ordinary ONNX operators on onnxruntime-web's WASM, in ${log.cpuSeconds} s of processor time on one thread. The held-out wines were measured after each epoch
for the curve; nothing was chosen by them.

${settingsTable({ seed: log.seed, ...log.hyperparameters })}

${onDeviceText(wineOnDevice)}
## Data

Wine Quality, white wines (P. Cortez, A. Cerdeira, F. Almeida, T. Matos and J. Reis, UCI repository). Wines that the table
lists more than once stay on one side of the split, which is drawn at random from the seed. In ${log.data['repairedCells']} cells the decimal
point had been lost (a density of 10001) and was put back.

${settingsTable(log.data)}

## Environment

${settingsTable(log.environment)}
`
}

const metricNames = {
  mae: 'mean absolute error (points)',
  rmse: 'root mean squared error (points)',
  r2: 'variance explained (R²)',
} as const
