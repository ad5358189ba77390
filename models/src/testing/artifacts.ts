import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { PackConfig } from '../artifact.ts'
import type { RunLog } from '../report/run-log.ts'

const root = fileURLToPath(new URL('../../artifacts', import.meta.url))

/** The files of one committed artefact. */
export const readArtifact = (model: string, version: string) => {
  const folder = join(root, model, version)
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8')
  return {
    files: readdirSync(folder),
    bytes: (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(folder, name))),
    pack: JSON.parse(text('pack.json')) as PackConfig,
    log: JSON.parse(text('run.json')) as RunLog,
    card: text('card.md'),
    curve: text('curve.svg'),
  }
}

/** Every committed version of every model. */
export const artifactVersions = readdirSync(root).flatMap((model) =>
  readdirSync(join(root, model)).map((version) => ({ model, version })),
)
