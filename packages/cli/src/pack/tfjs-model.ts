import { dirname } from 'node:path'

import { canonicalBytes, HomingError, type Parameters } from '@homing/protocol'

import type { ModelFiles } from './model-files.ts'
import { readModelJson } from './tfjs-model-json.ts'
import { loadedTfjsModel } from './loaded-tfjs-model.ts'
import { tfjsWeights } from './tfjs-weights.ts'
import { tfjsTraining } from './training/tfjs-training.ts'
import { writeShards } from './write-shards.ts'

/** A layers or graph model of TensorFlow.js, taken apart; shards are grouped as in `parent`. @throws HomingError TFJS_INVALID, ENGINE_MISSING */
export async function tfjsModel(file: string, parent?: Parameters): Promise<ModelFiles> {
  const model = await readModelJson(file)
  const weights = await tfjsWeights(dirname(file), model.groups)
  try {
    const { signature, weights: layers } = await loadedTfjsModel(model, weights)
    return {
      graph: canonicalBytes(model.artifacts),
      signature,
      writeParameters: (write) => writeShards(weights, write, parent),
      training: (plan) => tfjsTraining(layers, plan),
      explanation: refuseExplanation,
      close: weights.close,
    }
  } catch (error) {
    await weights.close()
    throw error
  }
}

/** Devices differentiate such models with TensorFlow.js itself, which needs no graph for it. */
function refuseExplanation(): never {
  throw new HomingError(
    'CONFIG_INVALID',
    'Explanation graphs are written for ONNX models: TensorFlow.js differentiates its models by itself',
  )
}
