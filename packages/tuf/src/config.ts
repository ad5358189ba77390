/** Most bytes of each metadata file where no role above it says how many it has (specification 5.3.3, 5.4.1, 5.5.1, 5.6.1). */
export const maxMetadataBytes = {
  root: 512_000,
  timestamp: 16_384,
  snapshot: 2_000_000,
  targets: 5_000_000,
} as const

/** Most new versions of root that one refresh takes (specification 5.3.3). */
export const maxRootRotations = 256

/** Most roles that a search for one target visits (specification 5.6.7.1). */
export const maxVisitedRoles = 32

/** Longest wait for the head of an answer, in milliseconds. */
export const responseTimeout = 15_000

/** After this time, in milliseconds, a download must have kept up with `minBytesPerSecond` on average. */
export const graceTime = 10_000

/** Least average speed of a download; a slower one is given up as an attack by slow retrieval. */
export const minBytesPerSecond = 1_024

/** Longest time for a command that signs, in milliseconds: someone may have to touch a hardware key. */
export const commandTimeout = 120_000

/** Most characters that a command that signs may print. */
export const maxCommandOutput = 16_384
