/** Oldest and newest version of the ONNX intermediate representation that is read (onnx.proto, `Version`). */
export const irVersions = { oldest: 3, newest: 14 } as const

/** Most elements of one tensor: what a JavaScript number counts exactly, in bits. */
export const maxTensorBits = Number.MAX_SAFE_INTEGER

/** Bytes to which a tensor's offset in the parameter file is aligned: a cache line, and the widest SIMD load. */
export const parameterAlignment = 64

/**
 * Bytes below which a tensor stays in the graph. A scalar, a scale, a zero point or a short bias costs more to
 * list in a manifest (about 90 bytes of JSON) than it saves in an update.
 */
export const minParameterBytes = 64

/** The virtual file that a split graph names as the location of its external data. */
export const parametersPath = 'parameters.bin'

/** Deepest nesting of graphs (If, Loop, Scan bodies) that is walked. */
export const maxGraphDepth = 64
