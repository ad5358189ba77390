/** An array as NumPy saves it: format 1.0, the header padded to 64 bytes. */
export function npy(
  descr: string,
  shape: readonly number[],
  data: ArrayBufferView,
  isFortran = false,
): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const order = isFortran ? 'True' : 'False'
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${dims}), }`
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10
  const header = Buffer.from(`\x93NUMPY\x01\x00__${text.padEnd(length - 1)}\n`, 'latin1')
  header.writeUInt16LE(length, 8)
  return Buffer.concat([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)])
}
