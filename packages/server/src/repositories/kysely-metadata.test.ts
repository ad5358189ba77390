import { join } from 'node:path'

import { temporaryFolder } from '../../test/fixture.ts'
import { kyselyMetadata } from './kysely-metadata.ts'
import { kyselyRegistry } from './kysely-registry.ts'
import { metadataRepositoryContract } from './metadata-repository.contract.ts'
import { openSqlite } from './open-sqlite.ts'

metadataRepositoryContract('SQLite', {
  async create() {
    const file = join(await temporaryFolder(), 'homing.sqlite')
    return {
      async connect() {
        const database = await openSqlite(file)
        return { metadata: kyselyMetadata(database), registry: kyselyRegistry(database) }
      },
    }
  },
})
