import { maxBypasses } from '../config.ts'
import type { QueuedCall } from '../queued-call.ts'
import type { Priority } from '../runtime-api.ts'

/** The calls that wait for their turn: interactive ones before background ones, each in the order in which they came. */
export interface WaitingLine {
  readonly size: number
  add(call: QueuedCall): void
  /** Puts calls that were taken back where they were. */
  putBack(calls: readonly QueuedCall[]): void
  remove(call: QueuedCall): void
  /** The call that is next, left where it is. */
  readonly next: QueuedCall | undefined
  /** Takes the next call, and with it those that come right after it and may share its run, `most` in all. */
  take(most: number): QueuedCall[]
  /** Takes all. */
  clear(): QueuedCall[]
}

export function waitingLine(): WaitingLine {
  const lines: Record<Priority, QueuedCall[]> = { interactive: [], background: [] }
  /** Turns that went to interactive calls while background ones waited. */
  let bypasses = 0

  const priorityOf = ({ request }: QueuedCall): Priority => request.priority ?? 'interactive'
  const nextLine = (): QueuedCall[] => {
    const { interactive, background } = lines
    if (interactive.length === 0) return background
    return background.length > 0 && bypasses >= maxBypasses ? background : interactive
  }
  return {
    get size() {
      return lines.interactive.length + lines.background.length
    },
    get next() {
      return nextLine()[0]
    },
    add: (call) => void lines[priorityOf(call)].push(call),
    putBack(calls) {
      for (const call of [...calls].reverse()) lines[priorityOf(call)].unshift(call)
    },
    remove(call) {
      const line = lines[priorityOf(call)]
      const place = line.indexOf(call)
      if (place >= 0) line.splice(place, 1)
    },
    take(most) {
      const line = nextLine()
      bypasses = line === lines.interactive && lines.background.length > 0 ? bypasses + 1 : 0
      const shared = line[0]?.alone ? 1 : line.findIndex((call, place) => place >= most || call.alone)
      return line.splice(0, shared < 0 ? line.length : Math.max(shared, 1))
    },
    clear: () => [...lines.interactive.splice(0), ...lines.background.splice(0)],
  }
}
