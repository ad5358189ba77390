import { maxShardBytes } from '@homing/protocol'

/** Numbers that are coded together: a block is what is in memory besides the two shards. */
export const blockValues = 65_536

/** Most bytes of a base and of a result. */
export const maxResultBytes = maxShardBytes

/** Most bytes of the table of segments in a patch's header. */
export const maxSegmentTableBytes = 1024 * 1024

/** Most bytes of a back-reference window that a zstd frame may ask a decoder for. */
export const maxZstdWindow = 8 * 1024 * 1024

/** A range copy goes on over fewer equal bytes than this: two more lengths would cost more. */
export const leastCopy = 8

/** Most bytes of a patch file: a patch that is larger than what it makes is never published. */
export const maxPatchBytes = maxResultBytes + maxSegmentTableBytes
