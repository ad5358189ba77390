/** Key among a graph's `metadata_props` that holds the SHA-256 of the inference graph it was written for. */
const inferenceKey = 'homing.inference'

/** Metadata by which a training or explanation graph tells to which inference graph it belongs. */
export const writtenFor = (inference: string): Readonly<Record<string, string>> => ({
  [inferenceKey]: inference,
})
