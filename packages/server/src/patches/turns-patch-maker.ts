import { setImmediate as nextTurn } from 'node:timers/promises'

import { makePatch } from '@homing/deltas'

import { compressors } from './compressors.ts'
import type { PatchMaker } from './patch-maker.ts'

/** A patch maker in this thread, which lets others have their turn between blocks of numbers. */
export function turnsPatchMaker(): PatchMaker {
  return {
    async make(pair, signal) {
      const pause = (): Promise<void> => nextTurn(undefined, { signal })
      try {
        return await makePatch({ ...pair, compressors, pause })
      } catch (error) {
        signal.throwIfAborted()
        throw error
      }
    },
    rest: () => Promise.resolve(),
  }
}
