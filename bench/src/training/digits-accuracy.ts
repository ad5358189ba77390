import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { testDigits } from '../../../models/src/data/mnist.ts'
import { digitsSizes } from '../../../models/src/digits/digits-model.ts'
import { encodeDigits } from '../../../models/src/digits/encode-digits.ts'
import { predictDigits } from '../../../models/src/digits/predict-digits.ts'
import { evaluateClassification, softmaxRows } from '../../../models/src/evaluation/classification.ts'
import { dataFolder } from '../../../models/src/testing/data-folder.ts'
import { type Row, unmeasured } from '../harness/row.ts'

const row = { id: 'digits-accuracy', unit: '% of 10,000', target: '>= 98.8' } as const

/** How many of the 10,000 test images digits reads right, by the pipeline that the page runs. */
export async function digitsAccuracy(folder: string): Promise<Row> {
  if (!existsSync(dataFolder))
    return unmeasured(row, 'the data sets are missing; HOMING_DATA says where they are')
  const { images, labels, count } = await testDigits(dataFolder)
  const logits = await predictDigits(await readFile(join(folder, 'model.onnx')), encodeDigits(images))
  const { accuracy } = evaluateClassification(
    softmaxRows(logits, digitsSizes.classes),
    labels,
    digitsSizes.classes,
  )
  return {
    ...row,
    ours: 100 * accuracy,
    peers: {},
    samples: count,
    note: 'digits 1.1.0 as it lies in models/artifacts, on the test images of MNIST, onnxruntime-web wasm in Node',
  }
}
