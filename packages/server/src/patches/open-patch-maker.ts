import { existsSync } from 'node:fs'

import type { PatchMaker } from './patch-maker.ts'
import { threadPatchMaker } from './thread-patch-maker.ts'
import { turnsPatchMaker } from './turns-patch-maker.ts'

/** A thread of its own, whose file lies beside this one once the server is built; sources have none. */
export function openPatchMaker(): PatchMaker {
  const file = new URL('./patch-worker.js', import.meta.url)
  return existsSync(file) ? threadPatchMaker(file) : turnsPatchMaker()
}
