import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { publisher, samplePackage, signer, startedServer, temporaryFolder } from '../../test/fixture.ts'
import { ourClient, readingFolder, tufJsClient } from '../../test/tuf-clients.ts'
import { keptVersions, prunedAfterMs } from '../config.ts'

const week = 7 * 86_400_000
const weeks = keptVersions + 3

/** Lets a server be started week after week until now, each time for a rollout, and gives the names of what it has then. */
async function weeksOf(dataFolder: string) {
  const start = Date.now() - weeks * week
  const app = await startedServer({ dataFolder, now: () => new Date(start) })
  const { root } = await signer(app).initialise()
  for (const version of ['1.0.0', '1.1.0']) await publisher(app).publish(samplePackage(version))
  await publisher(app).rollOut('digits', { champion: '1.0.0' })
  await app.close()
  for (let passed = 1; passed <= weeks; passed++) {
    const later = await startedServer({ dataFolder, now: () => new Date(start + passed * week) })
    await publisher(later).rollOut('digits', { champion: passed % 2 === 0 ? '1.0.0' : '1.1.0' })
    await later.close()
  }
  const folder = join(dataFolder, 'repository')
  const list = (under: string) => readdir(join(folder, under)).catch(() => [])
  return { root, folder, metadata: await list('metadata'), rollouts: await list('rollouts') }
}
const versionsOf = (names: readonly string[], role: string): number[] =>
  names.flatMap((name) => {
    const version = new RegExp(`^(\\d+)\\.${role}\\.json$`).exec(name)?.[1]
    return version === undefined ? [] : [Number(version)]
  })

test('a repository of many weeks holds what clients can need, and clients read it', async () => {
  expect(prunedAfterMs).toBeLessThan(week)
  const { root, folder, metadata, rollouts } = await weeksOf(await temporaryFolder())
  for (const role of ['snapshot', 'rollouts']) {
    const versions = versionsOf(metadata, role)
    const newest = Math.max(...versions)
    expect(newest, role).toBeGreaterThan(weeks)
    expect(Math.min(...versions), role).toBeGreaterThan(1)
    expect(Math.min(...versions), role).toBe(newest - versions.length + 1)
    expect(versions.length, role).toBeLessThanOrEqual(keptVersions + 4) // of the last eight days, and the last few
    expect(versions.length, role).toBeGreaterThanOrEqual(keptVersions)
  }
  expect(versionsOf(metadata, 'root')).toEqual([1])
  expect(metadata).toContain('timestamp.json')
  expect(rollouts.length).toBeLessThanOrEqual(keptVersions + 4)
  const clients = [ourClient(readingFolder(folder), root), await tufJsClient(readingFolder(folder), root)]
  for (const client of clients) {
    const rollout = JSON.parse(await client.download('rollouts/digits.json')) as { champion: string }
    expect(rollout.champion).toBe(weeks % 2 === 0 ? '1.0.0' : '1.1.0')
  }
})
