import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { publisher, samplePackage, startedServer, temporaryFolder } from '../../test/fixture.ts'

test('files that are gone are made again at start, byte for byte', async () => {
  const dataFolder = await temporaryFolder()
  const first = await startedServer({ dataFolder })
  for (const version of ['1.0.0', '1.1.0']) await publisher(first).publish(samplePackage(version))
  await publisher(first).rollOut('digits', { champion: '1.0.0' })
  await first.close()
  const folders = ['models', 'rollouts', 'metadata'].map((name) => join(dataFolder, 'repository', name))
  const before = await Promise.all(folders.map(filesIn))
  for (const folder of folders) await rm(folder, { recursive: true })
  await startedServer({ dataFolder })
  for (const [i, folder] of folders.entries()) {
    for (const [name, text] of await filesIn(folder)) expect(before[i]!.get(name), name).toBe(text)
  }
  // Old versions of metadata are not named any more, and are not made again.
  expect([...(await filesIn(folders[2]!)).keys()].sort()).toEqual([
    '1.root.json',
    '1.targets.json',
    '2.rollouts.json',
    '3.publisher.json',
    '4.snapshot.json',
    'timestamp.json',
  ])
})

/** Every file below a folder, as text by its path. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))
  return new Map(names.map((name, i) => [name, texts[i]!]))
}
