import { execFile } from 'node:child_process'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { keys, workFolder } from '../fixtures/places.ts'

const run = promisify(execFile)

/** Where the examples are installed, and the packages that they are installed from. */
export const examplesFolder = join(workFolder, 'examples')
export const packedSdk = join(workFolder, 'packed-sdk')

/** An example: where its page is once it is built, and where it expects the trusted root. */
interface Example {
  readonly site: string
  readonly root: string
}

export const examples = {
  'vite-7': { site: 'dist', root: 'homing-root.json' },
  'vite-8': { site: 'dist', root: 'homing-root.json' },
  webpack: { site: '.', root: 'src/homing-root.json' },
  rollup: { site: '.', root: 'src/homing-root.json' },
  script: { site: 'dist', root: 'homing-root.json' },
  electron: { site: 'dist', root: 'homing-root.json' },
  capacitor: { site: 'dist', root: 'homing-root.json' },
} as const satisfies Record<string, Example>

export type ExampleName = keyof typeof examples

/** Folder that a server gives as the page of a built example. */
export const siteOf = (name: ExampleName): string => join(examplesFolder, name, examples[name].site)

/** The suite's environment, but for where pnpm's commands find the workspace's own packages, and for colours. */
export function appEnvironment(): NodeJS.ProcessEnv {
  const { NODE_PATH: _found, FORCE_COLOR: _coloured, ...rest } = process.env
  return { ...rest, NO_COLOR: '1' }
}

/** Builds an installed example by its own script, on the root of the suite's keys; gives what the bundler said. */
export async function buildExample(name: ExampleName): Promise<string> {
  const folder = join(examplesFolder, name)
  await copyFile(join(keys, 'root.json'), join(folder, examples[name].root))
  const { stdout, stderr } = await run('npm', ['run', 'build'], { cwd: folder, env: appEnvironment() })
  return stdout + stderr
}
