// Trains a package of digits for thousands of steps in a process of its own, and tells how much memory that holds.
import { openTrainer, readPackage } from '@homing/sdk/node'

import type { LongRun } from './memory-growth.ts'
import { noise } from './noise.ts'
import { learningRate } from './trainee.ts'

const early = 500
const late = 5000
/** Steps before each of them whose median counts: the garbage collector makes single figures jump. */
const around = 50

const [repository, model, version] = process.argv.slice(2) as [string, string, string]
const files = await readPackage(repository, model, version)
const { inputs, targets } = files.manifest.training!
const trainer = await openTrainer(files)
const batch = (seed: number) => ({
  inputs: Object.fromEntries(
    inputs.map(({ name, shape }) => [name, { dtype: 'float32', shape, data: noise(shape, seed) } as const]),
  ),
  targets: {
    dtype: 'int32',
    shape: targets.shape,
    data: Int32Array.from({ length: targets.shape[0]! }, (_, index) => index % targets.classes!),
  } as const,
})
const memory: Record<'early' | 'late', number[]> = { early: [], late: [] }
for (let step = 1; step <= late; step++) {
  const { loss } = await trainer.step(batch(step), { learningRate, step })
  if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss} at step ${step}`)
  if (step > early - around && step <= early) memory.early.push(process.memoryUsage.rss())
  if (step > late - around) memory.late.push(process.memoryUsage.rss())
}
await trainer.release()
process.send!({ ...memory, steps: [early, late], batch: targets.shape[0]! } satisfies LongRun)
