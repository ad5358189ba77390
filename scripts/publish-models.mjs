import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { dataFolder } from './demo-server.mjs'
import { root } from './pnpm.mjs'
import { CommandFailed, run } from './run.mjs'

/** Where the keys are kept that sign what `npm start` publishes; below the repository's folder. */
const keys = '.homing/keys'

/** The root that the demo trusts. */
export const trustedRoot = `${keys}/root.json`

const artefacts = join(root, 'models', 'artifacts')

/** Folders below `folder`, by name. */
const foldersIn = (/** @type {string} */ folder) =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []

/** Every `pack.json` of `models/`, older versions first: a version keeps the shards of its parent. */
function packFiles() {
  const compare = new Intl.Collator('en', { numeric: true }).compare
  const files = foldersIn(artefacts)
    .flatMap(foldersIn)
    .map((folder) => join(folder, 'pack.json'))
  return files.filter((file) => existsSync(file)).sort(compare)
}

/** Runs `homing` as the demo server's publisher. */
export function homing(/** @type {string[]} */ args, /** @type {string} */ server, quiet = false) {
  const token = readFileSync(join(dataFolder, 'admin-token'), 'utf8').trim()
  const env = {
    ...process.env,
    HOMING_SERVER: server,
    HOMING_TOKEN: token,
    HOMING_KEYS: join(root, keys),
  }
  return run(process.execPath, [join(root, 'packages', 'cli', 'dist', 'main.js'), ...args], { env, quiet })
}

/** Makes the keys that sign what is published, at the first start. */
export async function makeKeys(/** @type {string} */ server) {
  if (!existsSync(join(root, trustedRoot))) await homing(['keys', 'init'], server, true)
}

/** Where the key is kept with which the demo sends telemetry; below the repository's folder. */
export const appKeyFile = '.homing/app-key'

/** Makes that key, at the first start. */
export async function makeAppKey(/** @type {string} */ server) {
  if (existsSync(join(root, appKeyFile))) return
  const made = await homing(['apps', 'create', 'demo', '--origin', '*', '--json'], server, true)
  writeFileSync(join(root, appKeyFile), JSON.parse(made).key, { mode: 0o600 })
}

/** Packs every model of `models/` and publishes those that the server lacks. */
export async function publishModels(/** @type {string} */ server) {
  const packed = join(dataFolder, 'packed')
  rmSync(packed, { recursive: true, force: true })
  const files = packFiles()
  if (files.length === 0)
    throw new CommandFailed(`${artefacts} holds no pack.json: the trained models are missing.`)
  for (const file of files) await homing(['pack', file, '--out', packed], server, true)
  try {
    await homing(['publish', packed], server)
  } catch (error) {
    const hint = `Where models were trained anew under an old version number, remove ${dataFolder} and start again.`
    throw new CommandFailed(`${error instanceof Error ? error.message : String(error)}\n${hint}`)
  }
}
