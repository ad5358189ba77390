import { createHash } from 'node:crypto'

import { quote } from '@homing/tuf'

/** Most characters of a file name: file systems take 255 bytes, of which drafts and extensions need some. */
const longestName = 200

/** One file name for each role or path of a target, which never leads out of a folder: quoted, and cut where it is too long. */
export function fileName(name: string): string {
  const quoted = quote(name).replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'))
  if (quoted.length <= longestName) return quoted
  const digest = createHash('sha256').update(name).digest('hex')
  // Longer than any name that is not cut, so it is none of these.
  return `${quoted.slice(0, longestName - digest.length)}.${digest}`
}
