/** Version of everything in this package that crosses a wire or a disk. A changed schema raises it. */
export const protocolVersion = 1

/** Most bytes of one parameter shard: one IndexedDB record, one request, one digest. */
export const maxShardBytes = 8 * 1024 * 1024

/** Most bytes of a manifest or a rollout that a device or the server reads. */
export const maxDocumentBytes = 16 * 1024 * 1024

/** Most bytes of a graph or topology file. Parameters never sit in it. */
export const maxGraphBytes = 64 * 1024 * 1024

/** Most characters of a name that an author chose: tensors, features, labels. */
export const maxNameLength = 512

/** Most dimensions of a tensor. */
export const maxRank = 32

/** Most bytes of the inputs of all probes of a version, and of their outputs: each is one file, read in one piece. */
export const maxProbeBytes = 8 * 1024 * 1024

/** Most probes of a version. */
export const maxProbeCases = 256

/** Most calls in the black box of a page. */
export const maxReportedCalls = 1024

/** Most addresses that are signed for one request: their places fit into an address of 8 KB. */
export const maxSignedUrls = 64
