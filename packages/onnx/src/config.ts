/** Oldest and newest version of the ONNX intermediate representation that is read (onnx.proto, `Version`). */
export const irVersions = { oldest: 3, newest: 14 } as const

/** Most bytes of one model file: protobuf counts them in 31 bits. */
export const maxModelBytes = 2 ** 31 - 1

/** Most elements of one tensor: what a JavaScript number counts exactly, in bits. */
export const maxTensorBits = Number.MAX_SAFE_INTEGER

/** Bytes to which a tensor's offset in the parameter file is aligned: a cache line, and the widest SIMD load. */
export const parameterAlignment = 64

/**
 * Bytes up to which an int64 vector stays in the graph: shapes, axes and pads, which engines read while they load
 * a model, when external data are not there yet. Nothing that is learned is an int64 vector.
 */
export const maxInlineIndexBytes = 4096

/**
 * Bytes below which the tensor of a Constant node stays in the graph. Exporters write formula constants as such
 * nodes and, rarely, weights; listing one in a manifest costs about 90 bytes.
 */
export const minConstantBytes = 64

/** The virtual file that a split graph names as the location of its external data. */
export const parametersPath = 'parameters.bin'

/** Deepest nesting of graphs (If, Loop, Scan bodies) that is walked. */
export const maxGraphDepth = 64

/** Operator set in which training graphs are written, and to which older models are upgraded. */
export const trainingOpset = 18

/** Operator sets that `upgradeOpset` reads and writes: PyTorch's oldest exports, and what onnxruntime-web 1.30 runs. */
export const upgradableOpsets = { oldest: 6, oldestTarget: 13, newestTarget: 26 } as const

/** Most elements of a value whose numbers are looked at while types are inferred: shapes, axes, masks of positions. */
export const maxKnownElements = 1024

/** Most nodes that a model's functions may make where they are called: each may call others many times. */
export const maxInlinedNodes = 100_000

/** Fewest numbers of a weight that is worth 8 bits: smaller ones save less than their scales and nodes take. */
export const minQuantisedNumbers = 256

/** First operator set whose DequantizeLinear has scales for each channel. */
export const perChannelOpset = 13
