import { Presets, SingleBar } from 'cli-progress'

import { byteSize } from '../byte-size.ts'
import type { UploadProgress } from '../publish/upload-blobs.ts'

/** Shows how far uploads are. */
export interface UploadDisplay {
  readonly show: (version: { model: string; version: string }, progress: UploadProgress) => void
  readonly close: () => void
}

/** A bar on a terminal; plain lines, one for each tenth, where output goes to a file or a log. */
export function uploadDisplay(stream: NodeJS.WriteStream): UploadDisplay {
  return stream.isTTY ? barDisplay(stream) : lineDisplay(stream)
}

function barDisplay(stream: NodeJS.WriteStream): UploadDisplay {
  let bar: SingleBar | undefined
  let shown = ''
  const close = (): void => {
    bar?.stop()
    bar = undefined
  }
  return {
    show({ model, version }, { uploadedBytes, totalBytes }) {
      const title = `${model} ${version}`
      const payload = { title, done: byteSize(uploadedBytes), all: byteSize(totalBytes) }
      if (title !== shown) {
        close()
        shown = title
        const format = '{title} [{bar}] {percentage}%  {done} of {all}'
        bar = new SingleBar({ format, stream, hideCursor: true }, Presets.rect)
        bar.start(Math.max(totalBytes, 1), 0, payload)
      }
      // Nothing to upload is a full bar.
      bar?.update(totalBytes === 0 ? 1 : uploadedBytes, payload)
    },
    close,
  }
}

function lineDisplay(stream: NodeJS.WriteStream): UploadDisplay {
  const tenths = new Map<string, number>()
  return {
    show({ model, version }, { uploadedBytes, totalBytes, uploadedBlobs, totalBlobs }) {
      const title = `${model} ${version}`
      const tenth = totalBytes === 0 ? 10 : Math.floor((uploadedBytes / totalBytes) * 10)
      if (tenths.get(title) === tenth) return
      tenths.set(title, tenth)
      stream.write(
        `${title}: ${byteSize(uploadedBytes)} of ${byteSize(totalBytes)}, ${uploadedBlobs} of ${totalBlobs} files\n`,
      )
    },
    close() {},
  }
}
