import { blockValues } from '../config.ts'
import { type NumberType, widths } from './number-type.ts'
import { readOrdered, writeOrdered } from './ordered.ts'

/** Scratch of one run over blocks: `old`, and the differences or the new numbers. */
export interface Scratch {
  readonly old: Int32Array
  readonly now: Int32Array
}

/** Room for one block. */
export function scratch(): Scratch {
  return { old: new Int32Array(blockValues), now: new Int32Array(blockValues) }
}

/** How far each number of `now` lies from that in its place in `old`, around the end of the type's range where shorter. */
export function subtract(type: NumberType, old: Uint8Array, now: Uint8Array, room: Scratch): void {
  const count = old.length / widths[type]
  const spare = 32 - 8 * widths[type]
  readOrdered(type, old, room.old)
  readOrdered(type, now, room.now)
  for (let i = 0; i < count; i++) room.now[i] = ((room.now[i]! - room.old[i]!) << spare) >> spare
}

/** The inverse: the numbers that lie the differences in `room.now` from `room.old`, which `readOrdered` has filled. */
export function add(type: NumberType, room: Scratch, into: Uint8Array): void {
  const count = into.length / widths[type]
  const spare = 32 - 8 * widths[type]
  for (let i = 0; i < count; i++) room.now[i] = ((room.old[i]! + room.now[i]!) << spare) >> spare
  writeOrdered(type, room.now, into)
}
