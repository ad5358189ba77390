import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { paths } from '@homing/protocol'
import { expect, test } from 'vitest'

import { publisher, samplePackage, startedServer, temporaryFolder } from '../../test/fixture.ts'
import type { BlobStore } from '../blobs/blob-store.ts'
import { directoryBlobStore } from '../blobs/directory-blob-store.ts'
import { incomingFolder } from '../blobs/incoming-folder.ts'
import { kyselyRegistry } from '../repositories/kysely-registry.ts'
import { openSqlite } from '../repositories/open-sqlite.ts'
import { staticLayout } from './static-layout.ts'

test('whoever writes an old rollout over a newer one looks again and puts it right', async () => {
  const data = await temporaryFolder()
  await mkdir(join(data, 'incoming'))
  const store = directoryBlobStore(join(data, 'repository'), incomingFolder(join(data, 'incoming')))
  const registry = kyselyRegistry(await openSqlite(join(data, 'homing.sqlite')))
  await registry.advanceRollout({ model: 'digits', revision: 1, document: 'old' })

  // The slow one has read revision 1, and writes it only after revision 2 was made and written.
  let overtaken = false
  const slow: BlobStore = {
    ...store,
    async write(path, bytes) {
      if (!overtaken) {
        overtaken = true
        await registry.advanceRollout({ model: 'digits', revision: 2, document: 'new' })
        await staticLayout(registry, store).writeRollout('digits')
      }
      await store.write(path, bytes)
    },
  }
  await staticLayout(registry, slow).writeRollout('digits')
  expect(Buffer.from((await store.read(paths.rollout('digits')))!).toString()).toBe('new')
  await registry.close()
})

test('files that are gone are made again at start, byte for byte', async () => {
  const dataFolder = await temporaryFolder()
  const first = await startedServer({ dataFolder })
  await publisher(first).publish(samplePackage())
  await publisher(first).rollOut('digits', { champion: '1.0.0' })
  const urls = ['/repository/models/digits/1.0.0/manifest.json', '/repository/rollouts/digits.json']
  const before = await Promise.all(urls.map(async (url) => (await first.inject(url)).body))
  await first.close()
  for (const folder of ['models', 'rollouts'])
    await rm(join(dataFolder, 'repository', folder), { recursive: true })
  const second = await startedServer({ dataFolder })
  expect(await Promise.all(urls.map(async (url) => (await second.inject(url)).body))).toEqual(before)
})
