import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { Row, SuiteContext } from '../harness/row.ts'

const run = promisify(execFile)
const kilobyte = 1000 // as size-limit counts
const patience = 180_000 // milliseconds

/** What `size-limit --json` prints of one of its entries. */
interface Measured {
  readonly name: string
  readonly size: number
}

/** The rows. */
export const sizeRows = [
  { id: 'entry-size', unit: 'KB gzip', target: '<= 12' },
  { id: 'worker-size', unit: 'KB gzip', target: '<= 60' },
] as const

/** What the page's own code and the workers of a cold load weigh, by the checks that CI makes. */
export async function sizes({ root }: Pick<SuiteContext, 'root'>): Promise<Row[]> {
  const command = join(root, 'node_modules', 'size-limit', 'bin.js')
  const { stdout } = await run(process.execPath, [command, '--json'], { cwd: root, timeout: patience }).catch(
    (failed: unknown) => failed as { readonly stdout: string }, // over a limit: it says so with its status, and prints all the same
  )
  const measured = JSON.parse(stdout) as readonly Measured[]
  const named = (start: string): readonly Measured[] => measured.filter(({ name }) => name.startsWith(start))
  const row = (place: (typeof sizeRows)[number], found: readonly Measured[], note: string): Row => ({
    ...place,
    ours: Math.max(...found.map(({ size }) => size)) / kilobyte,
    peers: {},
    samples: 1,
    note,
  })
  const workers = named('workers of a cold load')
  const words = workers.map(({ name, size }) => `${name.split(', ')[1]} ${(size / kilobyte).toFixed(1)}`)
  return [
    row(
      sizeRows[0],
      named('entry'),
      'what `import { createClient }` brings, bundled and minified by esbuild',
    ),
    row(
      sizeRows[1],
      workers,
      `host and engine worker, engines and lazy parts aside, the larger of: ${words.join(', ')}`,
    ),
  ]
}
