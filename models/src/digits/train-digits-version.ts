import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { HomingError } from '@homing/protocol'

import { artifactFolder, writeArtifact } from '../artifact.ts'
import type { TrainRequest } from '../training/train-request.ts'
import { digitsArtifacts, digitsNames } from './digits-artifacts.ts'
import { digitsRecipes } from './digits-versions.ts'
import { trainDigits } from './train-digits.ts'

/**
 * Trains a listed version of digits and writes its artefacts.
 * @returns the folders written.
 * @throws HomingError CONFIG_INVALID for a version that is not listed, DATA_INVALID for missing data or a missing parent.
 */
export async function trainDigitsVersion({ artifactRoot, ...request }: TrainRequest): Promise<string[]> {
  const recipe = Object.hasOwn(digitsRecipes, request.version) ? digitsRecipes[request.version] : undefined
  if (!recipe) {
    throw new HomingError(
      'CONFIG_INVALID',
      `digits has no version ${request.version}, only ${Object.keys(digitsRecipes).join(', ')}`,
    )
  }
  const parent = recipe.parent === undefined ? undefined : await readParent(artifactRoot, recipe.parent)
  const trained = await trainDigits({ ...request, recipe, ...(parent && { parent }) })
  return Promise.all(
    (await digitsArtifacts(trained)).map((artifact) => writeArtifact(artifactRoot, artifact)),
  )
}

async function readParent(root: string, version: string): Promise<Uint8Array> {
  const path = join(artifactFolder(root, digitsNames.onnx, version), 'model.onnx')
  return readFile(path).catch((cause: unknown) => {
    throw new HomingError('DATA_INVALID', `The parent is missing (${path}); train digits ${version} first`, {
      cause,
    })
  })
}
