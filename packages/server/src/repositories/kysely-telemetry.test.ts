import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { temporaryFolder } from '../../test/fixture.ts'
import { batchContract } from './batch-repository.contract.ts'
import { kyselyBatches } from './kysely-batches.ts'
import { kyselyRollups } from './kysely-rollups.ts'
import { openSqlite } from './open-sqlite.ts'
import { rollupContract } from './rollup-repository.contract.ts'

async function open() {
  const file = join(await temporaryFolder(), 'homing.sqlite')
  const connect = async () => {
    const database = await openSqlite(file)
    onTestFinished(() => database.destroy())
    const rollups = kyselyRollups(database)
    return {
      rollups,
      batches: kyselyBatches(database),
      fold: async (folds: readonly number[]) => void (await rollups.change({ folds, written: [] })),
    }
  }
  return [await connect(), await connect()] as const
}

batchContract('SQLite', open)
rollupContract('SQLite', open)
