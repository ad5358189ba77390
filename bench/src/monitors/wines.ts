import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Pipeline } from '@homing/protocol'

import { readDataFile } from '../../../models/src/data/read-data-file.ts'
import { parseWines, type Wine } from '../../../models/src/data/wine.ts'
import { encodeWines, predictWines } from '../../../models/src/wine/train-wine.ts'

/** A wine with what the packaged model says of it. */
export interface TastedWine extends Wine {
  readonly predicted: number
}

/** Wines of both colours. The model was trained on white alone. */
export interface Cellar {
  readonly white: readonly TastedWine[]
  readonly red: readonly TastedWine[]
}

/**
 * All wines, through the pipeline and the model that lie in `models/artifacts/wine/1.0.0`.
 * @throws HomingError DATA_INVALID where a file is missing or malformed.
 */
export async function openCellar(root: string, dataFolder: string): Promise<Cellar> {
  const artifact = join(root, 'models', 'artifacts', 'wine', '1.0.0')
  const model = new Uint8Array(await readFile(join(artifact, 'model.onnx')))
  const { pipeline } = JSON.parse(await readFile(join(artifact, 'pack.json'), 'utf8')) as {
    pipeline: Pipeline
  }
  const taste = async (colour: string): Promise<TastedWine[]> => {
    const file = `wine/winequality-${colour}.csv`
    const { wines } = parseWines(new TextDecoder().decode(await readDataFile(dataFolder, file)), file)
    const predicted = await predictWines(model, encodeWines(pipeline, wines))
    return wines.map((wine, at) => ({ ...wine, predicted: predicted[at]! }))
  }
  return { white: await taste('white'), red: await taste('red') }
}
