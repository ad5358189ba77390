import { expect, test } from 'vitest'

import type { PageApi } from '../../host-api.ts'
import { enginePorts } from './engine-ports.ts'

/** A page whose workers never answer, as one that died before its first call. */
function silentPage(): { page: PageApi; give: () => void; started: () => number; end: () => void } {
  const channels: MessageChannel[] = []
  let give!: () => void
  const given = new Promise<void>((resolve) => (give = resolve))
  return {
    give,
    started: () => channels.length,
    end() {
      for (const { port1, port2 } of channels) [port1, port2].forEach((port) => port.close())
    },
    page: {
      async startEngine() {
        const channel = new MessageChannel()
        channels.push(channel)
        await given
        return channel.port1
      },
      endEngine: () => Promise.resolve(),
      retireEngine: () => Promise.resolve(),
      getToken: () => Promise.resolve(undefined),
      signUrls: () => Promise.resolve({ expires: 0, urls: {} }),
      persistStorage: () => Promise.resolve(false),
    },
  }
}

test.each(['before its port arrives', 'before its first answer'])(
  'a worker that dies %s rejects who waits for it, and the next one is started',
  async (when) => {
    const { page, give, started, end } = silentPage()
    const listener = { fault: () => undefined, proven: () => undefined, wanted: () => undefined }
    const memory = { read: () => Promise.resolve(undefined), write: () => Promise.resolve() }
    const ports = enginePorts(() => Promise.resolve(page), listener, memory)
    const waiting = ports.get('onnx')
    const second = when === 'before its first answer'
    if (second) give()
    await new Promise((resolve) => setTimeout(resolve, 10))
    ports.drop('onnx')
    const next = ports.get('onnx')
    next.catch(() => undefined)
    give()
    await expect(waiting).rejects.toMatchObject({ code: 'WORKER_LOST' })
    await new Promise((resolve) => setTimeout(resolve, 10))
    void ports.get('onnx').catch(() => undefined) // the failure of the first does not forget the second
    expect(started()).toBe(2)
    ports.drop('onnx')
    await expect(next).rejects.toMatchObject({ code: 'WORKER_LOST' })
    end()
  },
)
