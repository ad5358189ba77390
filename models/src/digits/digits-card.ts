import type { OnDevice } from '../artifact.ts'
import { evaluateCalibration } from '../evaluation/calibration.ts'
import { evaluateClassification } from '../evaluation/classification.ts'
import { markdownTable, percent, settingsTable } from '../report/markdown.ts'
import { onDeviceText } from '../report/on-device-text.ts'
import { digitsSizes } from './digits-model.ts'
import type { TrainedDigits } from './train-digits.ts'

/** One sentence on a version. */
export function digitsSummary({ log }: TrainedDigits): string {
  const images = Number(log.data['trainingImages']).toLocaleString('en')
  return `Reads one handwritten digit; trained on ${images} MNIST images, ${percent(log.metrics['accuracy']!)} right on the 10,000 test images.`
}

/** The model card of a version, in Markdown. `model` is its name in the repository. */
export function digitsCard(trained: TrainedDigits, model: string, onDevice: OnDevice): string {
  const { log, probabilities, labels } = trained
  const { classes } = digitsSizes
  const { confusion } = evaluateClassification(probabilities, labels, classes)
  const { ece, bins } = evaluateCalibration(probabilities, labels, classes)
  const digits = Array.from({ length: classes }, (_, digit) => String(digit))
  const perDigit = confusion.map((row, digit) => {
    const predicted = confusion.reduce((sum, other) => sum + other[digit]!, 0)
    const actual = row.reduce((sum, count) => sum + count, 0)
    return [digit, actual, percent(row[digit]! / predicted), percent(row[digit]! / actual)]
  })
  return `# ${model} ${log.version}

${digitsSummary(trained)}

| what | how much |
| --- | --- |
| accuracy on the test images | ${percent(log.metrics['accuracy']!)} |
| log loss (natural) | ${log.metrics['logLoss']!.toFixed(4)} |
| expected calibration error | ${percent(ece)} |
| parameters | ${log.parameters.toLocaleString('en')} |
| trained from | ${log.parent ?? 'random weights'} |

## Intended use

Reading a single digit, 0 to 9, drawn with a pen, finger or mouse as dark ink on a light ground. The picture may
have any size, and the digit may lie anywhere in it: the pipeline in the package cuts it out, brings it to 20 x 20
pixels, and lays it on 28 x 28 with its centre of mass in the middle, which is how MNIST was made. Training and the
measurements below went through the same pipeline.

It is a demonstration model. Do not use it where a misread digit does harm: for cheques, forms, meters or doses.

## Limits

- It always names a digit, also for a letter, a scribble or an empty page. Look at the probability.
- Two digits in one picture are read as one. Light ink on a dark ground must be inverted first.
- MNIST was written in the United States around 1990; other hands (a crossed 7, a 1 with a long upstroke) are rarer in it.

## Measured on the test images

Rows: what was written; columns: what was read.

${markdownTable(
  ['', ...digits],
  confusion.map((row, digit) => [`**${digit}**`, ...row]),
)}

${markdownTable(['digit', 'images', 'precision', 'recall'], perDigit)}

## Calibration

Of the predictions that are made with about 90% confidence, about 90% should be right. The expected calibration error
(ten bins of equal width) is ${percent(ece)}.

${markdownTable(
  ['confidence', 'images', 'mean confidence', 'right'],
  bins
    .filter(({ count }) => count > 0)
    .map(({ from, to, count, confidence, accuracy }) => [
      `${percent(from, 0)}–${percent(to, 0)}`,
      count,
      percent(confidence),
      percent(accuracy),
    ]),
)}

## Training

![Loss and accuracy over the epochs](curve.svg)

The network is two 5 x 5 convolutions of 16 and 32 filters, each with ReLU and 2 x 2 maximum pooling, then dense layers of 128 and 10.
It was trained by a graph of ordinary ONNX operators on onnxruntime-web's WASM, in ${log.cpuSeconds} s of processor time on one thread, on
randomly rotated, sheared, stretched, elastically deformed, thickened and thinned copies of the images. The loss is
that of these copies, which are harder than the test images. The test images were measured after each epoch for the
curve; nothing was chosen by them.

${settingsTable({ seed: log.seed, ...log.hyperparameters })}

${onDeviceText(onDevice)}
## Data

The MNIST database of Y. LeCun, C. Cortes and C. Burges: the first ${Number(log.data['trainingImages']).toLocaleString('en')} training images, and all 10,000 test images.

## Environment

${settingsTable(log.environment)}
`
}
