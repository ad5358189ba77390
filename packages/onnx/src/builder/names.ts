import { HomingError } from '@homing/protocol'

/** The names of the values of a graph and its bodies: each is made once, before it is used (ONNX is in SSA form). */
export interface Names {
  /** Takes a name. Throws ONNX_INVALID when it is taken. */
  claim(name: string): void
  /** A name made from `stem` that nobody has. */
  unclaimed(stem: string): string
  /** Makes such a name and takes it. */
  fresh(stem: string): string
  /** Throws ONNX_INVALID when a node reads a value that nothing makes. */
  mustKnow(inputs: readonly string[]): void
}

/** An empty set of names. */
export function createNames(): Names {
  const taken = new Set<string>()
  const counters = new Map<string, number>()
  const unclaimed = (stem: string): string => {
    for (let count = counters.get(stem) ?? 0; ; count++) {
      const name = `${stem}_${count}`
      if (taken.has(name)) continue
      counters.set(stem, count)
      return name
    }
  }
  return {
    claim(name) {
      if (taken.has(name))
        throw new HomingError('ONNX_INVALID', `The graph already has a value called "${name}"`)
      taken.add(name)
    },
    unclaimed,
    fresh(stem) {
      const name = unclaimed(stem)
      taken.add(name)
      return name
    },
    mustKnow(inputs) {
      const unknown = inputs.find((name) => name !== '' && !taken.has(name))
      if (unknown !== undefined)
        throw new HomingError('ONNX_INVALID', `No value of the graph is called "${unknown}"`)
    },
  }
}
