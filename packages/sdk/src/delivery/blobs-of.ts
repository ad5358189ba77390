import type { FileRef, Manifest } from '@homing/protocol'

/** The files that a version needs to run, each once: the graph, then the shards. */
export function blobsOf({ graph, parameters }: Manifest): FileRef[] {
  return [...new Map([graph, ...parameters.shards].map((ref) => [ref.sha256, ref])).values()]
}
