import { isTensor } from '@homing/pipeline'
import type { Tensor } from '@homing/protocol'

import type { PredictionMemory, PredictionName } from '../../../runtime/recall/prediction-memory.ts'
import type { Store } from '../../../store/store.ts'

/**
 * Keeps predictions among the facts of a model: bounded, and gone when the model is forgotten. Facts lie in the open, so
 * nothing is kept where storage is to be encrypted.
 */
export function keptPredictions(
  store: () => Promise<Pick<Store, 'readFact' | 'writeFact'>>,
  encrypted: boolean,
): PredictionMemory {
  const factOf = ({ model, key }: PredictionName) => ({ model, kind: 'prediction', key })
  return {
    async read(name) {
      if (encrypted) return undefined
      const outputs = await (await store()).readFact(factOf(name))
      return isTensors(outputs) ? outputs : undefined
    },
    async write(name, outputs, entries) {
      if (!encrypted) await (await store()).writeFact(factOf(name), outputs, entries)
    },
  }
}

/** What the disk gives may be what another version of this library wrote. */
function isTensors(value: unknown): value is Record<string, Tensor> {
  if (typeof value !== 'object' || value === null) return false
  const tensors = Object.values(value)
  return tensors.length > 0 && tensors.every((tensor) => isTensor(tensor))
}
