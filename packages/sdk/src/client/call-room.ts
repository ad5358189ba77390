import type { Numbers } from '../runtime/schedule/adjacent-arrays.ts'

/** Bytes of a block: 64 pictures of 28 by 28 fit in. */
const blockSize = 256 * 1024

/** Most bytes of an array that shares a block. */
const mostShared = blockSize / 8

/** Where arrays start: what every element type can stand on. */
const alignment = 8

/** Copies of the inputs of calls, side by side in few large buffers: many small ones keep the garbage collector busy. */
export interface CallRoom {
  /** Copies `data`; `lease` is to be given back, where there is one. */
  copy(data: Numbers): { readonly data: Numbers; readonly lease?: Block }
  /** Makes room again; the copy is not to be read any more. */
  free(lease: Block): void
}

/** A buffer, and how many copies lie in it. */
interface Block {
  readonly buffer: ArrayBuffer
  used: number
  copies: number
}

/** The lease of a copy. */
export type CallLease = Block

export function callRoom(): CallRoom {
  let block: Block | undefined
  return {
    copy(data) {
      const { byteLength, length } = data
      if (byteLength > mostShared) return { data: data.slice() }
      if (!block || block.used + byteLength > blockSize)
        block = { buffer: new ArrayBuffer(blockSize), used: 0, copies: 0 }
      const View = data.constructor as new (buffer: ArrayBuffer, from: number, length: number) => Numbers
      const copy = new View(block.buffer, block.used, length)
      copy.set(data as never)
      block.used += Math.ceil(byteLength / alignment) * alignment
      block.copies++
      return { data: copy, lease: block }
    },
    free(lease) {
      if (--lease.copies === 0) lease.used = 0
    },
  }
}
