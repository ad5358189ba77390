/** Node has it, and there an open port would keep the process alive. */
interface NodeScope {
  readonly setImmediate?: (callback: () => void) => unknown
}

/**
 * Makes a function that resolves in a task of its own, after the messages that have come by then. As `nextTask`, but for
 * whoever needs it again and again: making a channel takes longer than using it.
 */
export function taskTurn(): () => Promise<void> {
  const { setImmediate } = globalThis as NodeScope
  if (setImmediate) return () => new Promise((resolve) => setImmediate(resolve))
  let waiting: (() => void)[] = []
  let channel: MessageChannel | undefined
  const open = (): MessageChannel => {
    const opened = new MessageChannel()
    opened.port1.onmessage = () => {
      const due = waiting
      waiting = []
      for (const resolve of due) resolve()
    }
    return opened
  }
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) > 1) return
      channel ??= open()
      channel.port2.postMessage(undefined)
    })
}
