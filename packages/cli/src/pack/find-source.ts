import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

import { HomingError } from '@homing/protocol'

import { type PackConfig, readPackConfig } from './pack-config.ts'

/** The model file to pack, and what `pack.json` says of it. */
export interface FoundSource {
  readonly engine: 'onnx' | 'tfjs'
  /** Path of the ONNX file, or of tfjs's model.json. */
  readonly file: string
  readonly config?: PackConfig
  /** Folder of `pack.json`. */
  readonly configFolder: string
}

/**
 * What the user pointed at: a model file, a pack.json, or a folder with one of the two.
 * @throws HomingError CONFIG_INVALID when there is no model
 */
export async function findSource(source: string, configPath?: string): Promise<FoundSource> {
  if (configPath !== undefined) {
    const config = await readPackConfig(configPath)
    return { ...(await modelAt(source)), config, configFolder: dirname(configPath) }
  }
  const packJson = basename(source) === 'pack.json' ? source : join(source, 'pack.json')
  if (packJson === source || (await kindOf(packJson)) === 'file') {
    const config = await readPackConfig(packJson)
    const folder = dirname(packJson)
    return { ...(await modelAt(resolve(folder, config.source))), config, configFolder: folder }
  }
  return { ...(await modelAt(source)), configFolder: dirname(source) }
}

async function modelAt(path: string): Promise<Pick<FoundSource, 'engine' | 'file'>> {
  const kind = await kindOf(path)
  if (kind === undefined) throw new HomingError('CONFIG_INVALID', `There is no ${path}`)
  if (kind === 'file') return { engine: path.endsWith('.json') ? 'tfjs' : 'onnx', file: path }
  const inside = join(path, 'model.json')
  if ((await kindOf(inside)) === 'file') return { engine: 'tfjs', file: inside }
  throw new HomingError(
    'CONFIG_INVALID',
    `The folder ${path} has neither a pack.json nor a model.json of TensorFlow.js`,
  )
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    const found = await stat(path)
    return found.isDirectory() ? 'folder' : 'file'
  } catch {
    return undefined
  }
}
