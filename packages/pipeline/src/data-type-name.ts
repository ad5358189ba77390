/** The class of an array as its own tag tells it, across realms: `Float32Array`, `Array`. */
export function dataTypeName(data: object): string {
  return Object.prototype.toString.call(data).slice('[object '.length, -1)
}
