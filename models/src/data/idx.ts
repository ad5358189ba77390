import { HomingError } from '@homing/protocol'

/** Unsigned bytes with a shape, as an IDX file holds them. */
export interface IdxArray {
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

/** The type code of unsigned bytes, the only one that MNIST uses. */
const unsignedByte = 0x08

/**
 * The array in an IDX file (Y. LeCun's description: two zero bytes, type, rank, big-endian sizes, data).
 * @throws HomingError DATA_INVALID when it is another format or type, has another rank than `rank`, or another length than it says.
 */
export function parseIdx(bytes: Uint8Array, rank: number, what: string): IdxArray {
  const refuse = (problem: string): never => {
    throw new HomingError('DATA_INVALID', `${what} ${problem}`)
  }
  const header = 4 + 4 * rank
  if (bytes.length < header) refuse(`has ${bytes.length} bytes, fewer than the ${header} of its header`)
  if (bytes[0] !== 0 || bytes[1] !== 0) refuse('is no IDX file: it does not begin with two zero bytes')
  if (bytes[2] !== unsignedByte)
    refuse(`holds type 0x${bytes[2]!.toString(16)} where unsigned bytes (0x8) are expected`)
  if (bytes[3] !== rank) refuse(`has ${bytes[3]} dimensions where ${rank} are expected`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const size = shape.reduce((product, dim) => product * dim, 1)
  if (bytes.length !== header + size) {
    refuse(`has ${bytes.length - header} bytes of data where its header says ${shape.join(' x ')} = ${size}`)
  }
  return { shape, data: bytes.subarray(header) }
}
