import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'

import type { Row } from './row.ts'
import { round } from './statistics.ts'

/** What `bench/results/<suite>.json` holds. */
export interface Report {
  readonly suite: string
  /** The commit that was measured, or the parent of the one that the results go into. */
  readonly commit: string
  readonly date: string
  readonly node: string
  readonly cpu: string
  readonly rows: readonly Row[]
}

/** The rows with where and when they were measured. */
export function report(suite: string, root: string, rows: readonly Row[]): Report {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  const date = new Date().toISOString().slice(0, 10)
  const cpu = `${availableParallelism()} cores`
  return { suite, commit, date, node: process.versions.node, cpu, rows: rows.map(rounded) }
}

/** Figures without the digits that are noise. */
function rounded(row: Row): Row {
  const peers = Object.fromEntries(Object.entries(row.peers).map(([name, value]) => [name, round(value)]))
  return { ...row, ours: row.ours === null ? null : round(row.ours), peers }
}

/** Writes a report, to be committed with the change that moves it. */
export function writeReport(path: string, written: Report): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(written, null, 2)}\n`)
}
