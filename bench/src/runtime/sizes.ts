import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { Row, SuiteContext } from '../harness/row.ts'

const run = promisify(execFile)
const kilobyte = 1000 // as size-limit counts

/** What `size-limit --json` prints of one of its entries. */
interface Measured {
  readonly name: string
  readonly size: number
}

/** What the page's own code and the workers of a cold load weigh, by the checks that CI makes. */
export async function sizes({ root }: Pick<SuiteContext, 'root'>): Promise<Row[]> {
  const command = join(root, 'node_modules', 'size-limit', 'bin.js')
  const { stdout } = await run(process.execPath, [command, '--json'], { cwd: root }).catch(
    (failed: unknown) => failed as { readonly stdout: string }, // over a limit: it says so with its status, and prints all the same
  )
  const measured = JSON.parse(stdout) as readonly Measured[]
  const named = (start: string): readonly Measured[] => measured.filter(({ name }) => name.startsWith(start))
  const row = (id: string, target: string, found: readonly Measured[], note: string): Row => ({
    id,
    unit: 'KB gzip',
    ours: Math.max(...found.map(({ size }) => size)) / kilobyte,
    target,
    peers: {},
    samples: 1,
    note,
  })
  const workers = named('workers of a cold load')
  const words = workers.map(({ name, size }) => `${name.split(', ')[1]} ${(size / kilobyte).toFixed(1)}`)
  return [
    row(
      'entry-size',
      '<= 12',
      named('entry'),
      'what `import { createClient }` brings, bundled and minified by esbuild',
    ),
    row(
      'worker-size',
      '<= 60',
      workers,
      `host and engine worker, engines and lazy parts aside, the larger of: ${words.join(', ')}`,
    ),
  ]
}
