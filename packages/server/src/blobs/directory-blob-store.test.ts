import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { temporaryFolder } from '../../test/fixture.ts'
import { blobStoreContract } from './blob-store.contract.ts'
import { directoryBlobStore } from './directory-blob-store.ts'
import { incomingFolder } from './incoming-folder.ts'

async function folders() {
  const data = await temporaryFolder()
  const [repository, incoming] = [join(data, 'repository'), join(data, 'incoming')]
  await mkdir(incoming)
  return { repository, incoming }
}

blobStoreContract('A directory', async () => {
  const { repository, incoming } = await folders()
  return {
    store: directoryBlobStore(repository, incomingFolder(incoming)),
    leftovers: async () => (await readdir(incoming)).length,
  }
})

test('uploads that died are removed, live ones stay', async () => {
  const { incoming } = await folders()
  for (const name of ['dead', 'live']) await writeFile(join(incoming, name), 'half of it')
  const longAgo = new Date(Date.now() - 61_000)
  await utimes(join(incoming, 'dead'), longAgo, longAgo)
  await incomingFolder(incoming).removeStale(60_000)
  expect(await readdir(incoming)).toEqual(['live'])
})
