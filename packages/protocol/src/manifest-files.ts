import type { Manifest } from './manifest.ts'
import type { FileRef } from './names.ts'

/** The files that a version needs to run, each once: the graph, what proves a backend, then the shards. */
export function servingFiles({ graph, parameters, probes }: Manifest): FileRef[] {
  return eachOnce([graph, ...(probes ? [probes.inputs, probes.outputs] : []), ...parameters.shards])
}

/** Every file that a manifest names, each once. */
export function allFiles(manifest: Manifest): FileRef[] {
  const { training, explanation, card } = manifest
  const others = [training?.graph?.file, explanation?.graph, card?.document]
  return eachOnce([...servingFiles(manifest), ...others.filter((file) => file !== undefined)])
}

function eachOnce(files: readonly FileRef[]): FileRef[] {
  return [...new Map(files.map((file) => [`${file.sha256} ${file.size}`, file])).values()]
}
