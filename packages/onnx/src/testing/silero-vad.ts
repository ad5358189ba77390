import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** A file of Silero's voice activity detector (MIT), exported from PyTorch with weights in the branches of an If. */
export function sileroVad(file: string): Uint8Array {
  return readFileSync(join(dirname(require.resolve('@ricky0123/vad-web/package.json')), 'dist', file))
}
