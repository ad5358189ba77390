import { readFile, writeFile } from 'node:fs/promises'

import { readRuns } from './report/read-runs.ts'
import { runsTable } from './report/runs-table.ts'
import { withTable } from './report/with-table.ts'

// Run in the folder of this package: prints the table of all runs and writes it into the README.
const table = runsTable(await readRuns('artifacts'))
await writeFile('README.md', withTable(await readFile('README.md', 'utf8'), table))
console.log(table)
