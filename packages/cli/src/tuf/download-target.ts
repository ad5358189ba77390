import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type RefreshedClient, requireFile, type TargetFile } from '@homing/tuf'

import { fileName } from './file-name.ts'
import { absent, replaceFile } from './folder-store.ts'

/**
 * Brings a target into a folder, under a name that is made of its path alone. One that is there and is right is not
 * fetched again. Gives the path of the file.
 */
export async function downloadTarget(
  client: RefreshedClient,
  path: string,
  { targetsUrl, folder }: { targetsUrl: string; folder: string },
): Promise<string> {
  const file = await client.target(path)
  const place = join(folder, fileName(path))
  if (await isThere(place, file)) return place
  const bytes = await client.download(path, file, targetsUrl)
  await mkdir(folder, { recursive: true })
  await replaceFile(place, bytes)
  return place
}

async function isThere(place: string, file: TargetFile): Promise<boolean> {
  const bytes = await readFile(place).catch(absent)
  if (!bytes) return false
  return requireFile(place, new Uint8Array(bytes), file).then(
    () => true,
    () => false,
  )
}
