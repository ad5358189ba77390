import type { Manifest } from './manifest.ts'
import type { FileRef } from './names.ts'

/** The files that a version needs to run, each once: the graph, then the shards. */
export function servingFiles({ graph, parameters }: Manifest): FileRef[] {
  return eachOnce([graph, ...parameters.shards])
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
