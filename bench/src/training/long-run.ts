// Trains digits for thousands of steps in a process of its own, and tells its parent how much memory that holds.
import { fileURLToPath } from 'node:url'

import { homingTrainee } from './homing-trainee.ts'
import type { LongRun } from './memory-growth.ts'
import { networkOf } from './network.ts'
import { readDigitsFiles, trainingFolders } from './node-host.ts'

const early = 500
const late = 5000
/** Steps before each of them whose median counts: the garbage collector makes single figures jump. */
const around = 50

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { step } = await homingTrainee(networkOf('cnn', await readDigitsFiles(trainingFolders(root))))
const memory: Record<'early' | 'late', number[]> = { early: [], late: [] }
for (let count = 1; count <= late; count++) {
  const loss = await step()
  if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss} at step ${count}`)
  if (count > early - around && count <= early) memory.early.push(process.memoryUsage.rss())
  if (count > late - around) memory.late.push(process.memoryUsage.rss())
}
process.send!({ ...memory, steps: [early, late] } satisfies LongRun)
