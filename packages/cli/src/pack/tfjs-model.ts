import { dirname } from 'node:path'

import { canonicalBytes, type Parameters } from '@homing/protocol'

import type { ModelFiles } from './model-files.ts'
import { readModelJson } from './tfjs-model-json.ts'
import { tfjsSignature } from './tfjs-signature.ts'
import { tfjsWeights } from './tfjs-weights.ts'
import { writeShards } from './write-shards.ts'

/** A layers or graph model of TensorFlow.js, taken apart; shards are grouped as in `parent`. @throws HomingError TFJS_INVALID, ENGINE_MISSING */
export async function tfjsModel(file: string, parent?: Parameters): Promise<ModelFiles> {
  const model = await readModelJson(file)
  const weights = await tfjsWeights(dirname(file), model.groups)
  try {
    return {
      graph: canonicalBytes(model.artifacts),
      signature: await tfjsSignature(model, weights),
      writeParameters: (write) => writeShards(weights, write, parent),
      close: weights.close,
    }
  } catch (error) {
    await weights.close()
    throw error
  }
}
