// The thread in which patches are made: minutes of arithmetic, while requests are answered beside it.
import { parentPort } from 'node:worker_threads'

import { makePatch } from '@homing/deltas'
import { HomingError, type HomingErrorData } from '@homing/protocol'

import { compressors } from './compressors.ts'
import type { PatchedPair } from './patch-maker.ts'

/** What the thread answers to each pair. */
export type MadePatch =
  { readonly patch: Awaited<ReturnType<typeof makePatch>> } | { readonly error: HomingErrorData }

parentPort?.on('message', (pair: PatchedPair) => {
  makePatch({ ...pair, compressors }).then(
    (patch) => answer({ patch }),
    (error: unknown) => answer({ error: HomingError.from(error).toJSON() }),
  )
})

function answer(made: MadePatch): void {
  parentPort?.postMessage(made)
}
