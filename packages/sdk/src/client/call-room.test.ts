import fc from 'fast-check'
import { expect, test } from 'vitest'

import { type CallLease, callRoom } from './call-room.ts'

test('copies stay as they were made, whatever is copied and freed beside them', () => {
  const step = fc.record({
    length: fc.integer({ min: 1, max: 20_000 }),
    kind: fc.constantFrom(Uint8Array, Float32Array, BigInt64Array),
    free: fc.option(fc.nat(), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const room = callRoom()
      const kept: { want: string; copy: { toString(): string }; lease: CallLease | undefined }[] = []
      steps.forEach(({ length, kind, free }, index) => {
        const data = new kind(length)
        data.fill((kind === BigInt64Array ? BigInt(index) : index) as never)
        const { data: copy, lease } = room.copy(data)
        kept.push({ want: data.toString(), copy, lease })
        data.fill((kind === BigInt64Array ? -1n : 255) as never) // the caller may
        if (free === undefined) return
        const [gone] = kept.splice(free % kept.length, 1)
        if (gone!.lease) room.free(gone!.lease)
      })
      for (const { want, copy } of kept) expect(copy.toString()).toBe(want)
    }),
    { numRuns: 30 },
  )
})

test('copies of one task lie side by side, and their room is used again once all are freed', () => {
  const room = callRoom()
  const first = [1, 2].map((value) => room.copy(new Float32Array(4).fill(value)))
  expect(first[1]!.data.buffer).toBe(first[0]!.data.buffer)
  expect(first[1]!.data.byteOffset).toBe(first[0]!.data.byteOffset + 16)
  for (const { lease } of first) room.free(lease!)
  expect(room.copy(new Float32Array(1)).data).toMatchObject({
    buffer: first[0]!.data.buffer,
    byteOffset: first[0]!.data.byteOffset,
  })
})
