import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The token in `admin-token` of the data folder, which only its owner can read; made by whoever comes first. */
export async function developmentToken(dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'admin-token')
  await mkdir(dataFolder, { recursive: true })
  try {
    await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return (await readFile(file, 'utf8')).trim()
}
