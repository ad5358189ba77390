import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { artifactVersions, readArtifact } from '../testing/artifacts.ts'
import { readRuns } from './read-runs.ts'
import { runsTable } from './runs-table.ts'
import { withTable } from './with-table.ts'

const page = fileURLToPath(new URL('../../README.md', import.meta.url))
const artifacts = fileURLToPath(new URL('../../artifacts', import.meta.url))

it('the README compares the runs as their logs have them (pnpm --filter @homing/models compare)', async () => {
  const runs = await readRuns(artifacts)
  expect(runs).toHaveLength(artifactVersions.length)
  const readme = await readFile(page, 'utf8')
  expect(withTable(readme, runsTable(runs))).toBe(readme)
  for (const { model, version } of artifactVersions) {
    const { log } = readArtifact(model, version)
    const row = readme.split('\n').find((line) => line.startsWith(`| ${model} | ${version} |`))!
    expect(row).toContain(`| ${log.seed} | ${log.seconds} | ${log.cpuSeconds} |`)
    const [first] = Object.values(log.metrics)
    expect(row).toContain(model === 'wine' ? first!.toFixed(4) : `${(100 * first!).toFixed(2)}%`)
  }
})

it('a page without marks is refused', () => {
  expect(() => withTable('# Models', 'table')).toThrow(/marks/)
})
