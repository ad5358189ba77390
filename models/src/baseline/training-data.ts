import { HomingError } from '@homing/protocol'
import type { BaselineData, LabelledBatch } from '@homing/sdk/node'

import { type Digits, firstDigits, side, testDigits, trainingDigits } from '../data/mnist.ts'
import { type Wine, whiteWines } from '../data/wine.ts'
import { digitsRecipes } from '../digits/digits-versions.ts'
import { pictureOf } from '../digits/encode-digits.ts'
import { seededRandom } from '../random.ts'
import { splitWines } from '../wine/split-wines.ts'
import { wineRecipes } from '../wine/wine-recipe.ts'

/** Samples that go through a model together. */
const batch = 256

/**
 * What a listed version was trained on, and what it was measured on, as the page passes them.
 * @throws HomingError CONFIG_INVALID for a version that is not listed, DATA_INVALID for missing data.
 */
export async function trainingData(model: string, version: string, folder: string): Promise<BaselineData> {
  if (model === 'wine' && Object.hasOwn(wineRecipes, version)) {
    const { seed, heldOut } = wineRecipes[version]!
    const { wines } = await whiteWines(folder)
    const { training, test } = splitWines(wines, heldOut, seededRandom(seed))
    return { training: wineBatches(training), heldOut: wineBatches(test) }
  }
  if (model === 'digits' && Object.hasOwn(digitsRecipes, version)) {
    const all = await trainingDigits(folder)
    const training = firstDigits(all, digitsRecipes[version]!.images ?? all.count)
    return { training: digitBatches(training), heldOut: digitBatches(await testDigits(folder)) }
  }
  throw new HomingError('CONFIG_INVALID', `There are no training data of ${model} ${version}`)
}

function wineBatches(wines: readonly Wine[]): LabelledBatch[] {
  return batches(wines.length, (start, end) => {
    const part = wines.slice(start, end)
    return {
      inputs: { wine: part.map(({ features }) => features) },
      targets: part.map(({ quality }) => quality),
    }
  })
}

function digitBatches({ count, images, labels }: Digits): LabelledBatch[] {
  const pixels = side * side
  return batches(count, (start, end) => ({
    inputs: {
      image: Array.from({ length: end - start }, (_, at) =>
        pictureOf(images.subarray((start + at) * pixels, (start + at + 1) * pixels), side),
      ),
    },
    targets: [...labels.subarray(start, end)],
  }))
}

function batches(count: number, part: (start: number, end: number) => LabelledBatch): LabelledBatch[] {
  return Array.from({ length: Math.ceil(count / batch) }, (_, at) =>
    part(at * batch, Math.min(count, (at + 1) * batch)),
  )
}
