import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { RunLog } from './run-log.ts'
import type { Run } from './runs-table.ts'

/** Files that hold a version's numbers. */
const weightFiles = ['model.onnx', 'weights.bin']

/** Every run whose artefact lies below `root`, in the order of models and versions. */
export async function readRuns(root: string): Promise<Run[]> {
  const byNumber = new Intl.Collator('en', { numeric: true }).compare
  const runs: Run[] = []
  for (const model of (await readdir(root)).sort(byNumber)) {
    for (const version of (await readdir(join(root, model))).sort(byNumber)) {
      const folder = join(root, model, version)
      const weights = (await readdir(folder)).find((name) => weightFiles.includes(name))!
      runs.push({
        log: JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as RunLog,
        sha256: createHash('sha256')
          .update(await readFile(join(folder, weights)))
          .digest('hex'),
      })
    }
  }
  return runs
}
