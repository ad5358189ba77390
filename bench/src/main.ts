// `pnpm bench <suite>`: measures one suite, prints its table and writes bench/results/<suite>.json.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildPackages } from '../../scripts/build.mjs'
import { ensureBrowser } from '../../scripts/install-browser.mjs'
import { root } from '../../scripts/pnpm.mjs'
import { report, writeReport } from './harness/report.ts'
import { table } from './harness/table.ts'
import { suites } from './suites.ts'

const name = process.argv[2] ?? ''
const load = suites[name]
if (!load) {
  console.error(`Which suite? One of: ${Object.keys(suites).join(', ')}`)
  process.exit(1)
}

// Whoever stops it leaves no browser behind: those are ended on exit.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

await buildPackages() // what users get is measured, not the sources
const scratch = await mkdtemp(join(tmpdir(), `homing-bench-${name}-`))
try {
  const suite = await load()
  const rows = await suite({ root, scratch, browser: await ensureBrowser(), say: console.log })
  console.log(`\n${table(rows)}`)
  writeReport(join(root, 'bench', 'results', `${name}.json`), report(name, root, rows))
} finally {
  await rm(scratch, { recursive: true, force: true, maxRetries: 3 })
}
process.exit() // what hangs of a row that failed does not keep it from ending
