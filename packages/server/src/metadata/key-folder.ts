import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'

import { generatePrivateKey, readKeyFile, type Signer, writeKeyFile } from '@homing/tuf/repository'

/** Private keys in files `1.pem`, `2.pem` and so on, which their owner alone can read. */
export interface KeyFolder {
  /** Newest first. @throws HomingError KEY_INVALID when others may read one, or one is damaged. */
  read(): Promise<Signer[]>
  /** Makes the next key. One process at a time may. */
  add(): Promise<Signer>
}

/** The keys in `folder`, which need not be there yet. */
export function keyFolder(folder: string): KeyFolder {
  const numbers = async (): Promise<number[]> => {
    const names = await readdir(folder).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    })
    const found = names.flatMap((name) => /^([1-9]\d{0,8})\.pem$/.exec(name)?.[1] ?? [])
    return found.map(Number).sort((a, b) => b - a)
  }
  const fileOf = (number: number): string => join(folder, `${number}.pem`)
  return {
    read: async () => Promise.all((await numbers()).map((number) => readKeyFile(fileOf(number)))),
    async add() {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const file = fileOf(((await numbers())[0] ?? 0) + 1)
      // A crash leaves no half of a key under its name.
      const temporary = join(folder, `${randomUUID()}.new`)
      await writeKeyFile(temporary, generatePrivateKey())
      await rename(temporary, file)
      return readKeyFile(file)
    },
  }
}
