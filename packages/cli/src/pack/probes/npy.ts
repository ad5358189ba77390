import { type DType, HomingError } from '@homing/protocol'

/** An array as NumPy saved it. */
export interface NpyArray {
  readonly dtype: DType
  readonly shape: number[]
  /** Its elements in row-major order, little-endian. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Magic string of the format (NumPy, lib/format.py). */
const magic = [0x93, ...new TextEncoder().encode('NUMPY')]

const dtypes: Readonly<Record<string, DType>> = {
  '<f4': 'float32',
  '<f8': 'float64',
  '<f2': 'float16',
  '|i1': 'int8',
  '|u1': 'uint8',
  '<i2': 'int16',
  '<u2': 'uint16',
  '<i4': 'int32',
  '<u4': 'uint32',
  '<i8': 'int64',
  '<u8': 'uint64',
  '|b1': 'bool',
}

/** Reads a `.npy` file of numbers. @throws HomingError DATA_INVALID naming `what`. */
export function readNpy(file: Uint8Array, what: string): NpyArray {
  const refuse = (problem: string): never => {
    throw new HomingError('DATA_INVALID', `${what} ${problem}`)
  }
  if (file.byteLength < 12 || magic.some((byte, at) => file[at] !== byte)) refuse('is no .npy file')
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const isOld = file[6] === 1
  const start = isOld ? 10 : 12
  const length = isOld ? view.getUint16(8, true) : view.getUint32(8, true)
  const header = new TextDecoder('latin1').decode(file.subarray(start, start + length))
  const found = /'descr':\s*'([^']+)'.*'fortran_order':\s*(True|False).*'shape':\s*\(([\d,\s]*)\)/s.exec(
    header,
  )
  if (!found) return refuse('has a header that says no type, order and shape')
  const [, descr, fortran, dims] = found as unknown as [string, string, string, string]
  const dtype = dtypes[descr]
  if (!dtype) return refuse(`holds ${descr}, which no tensor holds`)
  const shape = dims.split(',').flatMap((dim) => (dim.trim() === '' ? [] : [Number(dim)]))
  if (fortran === 'True' && shape.length > 1)
    refuse('is in column-major order: save numpy.ascontiguousarray of it')
  const size = shape.reduce((product, dim) => product * dim, Number(/\d+$/.exec(descr)![0]))
  const bytes = new Uint8Array(file.subarray(start + length))
  if (bytes.byteLength !== size) refuse(`has ${bytes.byteLength} bytes for ${descr} [${shape.join(', ')}]`)
  return { dtype, shape, bytes }
}
