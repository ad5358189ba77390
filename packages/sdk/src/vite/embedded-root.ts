import { readFile } from 'node:fs/promises'

import { HomingError } from '@homing/protocol'
import { trustRoot } from '@homing/tuf'

/**
 * The root in `file`, as an app embeds it. That it has expired does not matter: a device follows newer ones.
 * @throws HomingError CONFIG_INVALID when there is none, or one that its own keys have not signed.
 */
export async function embeddedRoot(file: string): Promise<string> {
  const advice = 'Write it with `homing keys show --root > root.json`.'
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new HomingError('CONFIG_INVALID', `The root ${file} cannot be read. ${advice}`, { cause })
  })
  await trustRoot(new TextEncoder().encode(text), Date.now()).catch((cause: unknown) => {
    throw new HomingError('CONFIG_INVALID', `${file} is no trusted root. ${advice}`, { cause })
  })
  return text
}
