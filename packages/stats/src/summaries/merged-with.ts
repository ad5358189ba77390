/** Merges what travels, of which either may be missing: what was only told once is what it was. */
export function mergedWith<Wire, Sketch>(
  fromWire: (wire: Wire) => Sketch,
  merge: (a: Sketch, b: Sketch) => Sketch,
  toWire: (sketch: Sketch) => Wire | undefined,
): (a: Wire | undefined, b: Wire | undefined) => Wire | undefined {
  return (a, b) => {
    if (a === undefined || b === undefined) return a ?? b
    return toWire(merge(fromWire(a), fromWire(b)))
  }
}
