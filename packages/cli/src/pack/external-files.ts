import { HomingError } from '@homing/protocol'

import { openContained, type RangedFile } from './contained-file.ts'

/** The files beside a model that hold its external data; each is opened once. */
export interface ExternalFiles {
  readonly read: (location: string, offset: number, length: number) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

/** Files in `folder` alone. Reading throws HomingError ONNX_EXTERNAL_DATA for what is outside, missing or too short. */
export function externalFiles(folder: string): ExternalFiles {
  const files = new Map<string, Promise<RangedFile>>()
  return {
    async read(location, offset, length) {
      const opening = files.get(location) ?? openContained(folder, location, 'ONNX_EXTERNAL_DATA')
      files.set(location, opening)
      const file = await opening
      // Before any memory is taken: a damaged model may claim terabytes.
      if (offset + length > file.size) {
        throw new HomingError(
          'ONNX_EXTERNAL_DATA',
          `The model reads to byte ${offset + length} of "${location}", which has ${file.size}`,
          {
            details: { location, size: file.size },
          },
        )
      }
      const bytes = new Uint8Array(length)
      await file.read(bytes, offset)
      return bytes
    },
    async close() {
      const opened = await Promise.allSettled(files.values())
      for (const file of opened) if (file.status === 'fulfilled') await file.value.close()
    },
  }
}
