import fc from 'fast-check'

import { type NumberType, numberTypes, widths } from '../src/numbers/number-type.ts'
import type { Segment } from '../src/patch/segment.ts'

/** A base, a target and segments that fit the two, with changes of any kind: none, few, small, all, and new ranges. */
export interface Case {
  readonly base: Uint8Array<ArrayBuffer>
  readonly target: Uint8Array<ArrayBuffer>
  readonly segments: readonly Segment[]
}

const bytesOf = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => new Uint8Array(bytes))

/** Any shards and segments. */
export const cases: fc.Arbitrary<Case> = fc
  .record({
    base: fc.integer({ min: 0, max: 300 }).chain(bytesOf),
    pieces: fc.array(
      fc.record({
        type: fc.constantFrom<NumberType>(...numberTypes),
        count: fc.integer({ min: 1, max: 40 }),
        from: fc.option(fc.nat(300), { nil: undefined }),
        changes: fc.array(fc.tuple(fc.nat(159), fc.integer({ min: 1, max: 255 })), { maxLength: 12 }),
        fresh: fc.infiniteStream(fc.nat(255)),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ base, pieces }) => {
    const segments: Segment[] = []
    const parts: number[] = []
    for (const { type, count, from, changes, fresh } of pieces) {
      const length = count * widths[type]
      const held = from !== undefined && from + length <= base.length
      const bytes = held ? [...base.subarray(from, from + length)] : [...fresh.take(length)]
      for (const [at, by] of changes) if (at < length) bytes[at] = (bytes[at]! + by) & 255
      segments.push({ type, length, ...(held ? { from } : {}) })
      parts.push(...bytes)
    }
    return { base, target: Uint8Array.from(parts), segments }
  })
