import type { Manifest } from './manifest.ts'
import type { FileRef } from './names.ts'

/** The files that a version needs to run, each once: the graph, what proves a backend, then the shards. */
export function servingFiles({
  graph,
  parameters,
  probes,
}: Pick<Manifest, 'graph' | 'parameters' | 'probes'>): FileRef[] {
  return eachOnce([graph, ...(probes ? [probes.inputs, probes.outputs] : []), ...parameters.shards])
}

/** Every file that a manifest names, each once. */
export function allFiles(manifest: Manifest): FileRef[] {
  const { training, explanation, lookup, baseline, card, variants = [] } = manifest
  const others = [
    training?.graph?.file,
    explanation?.graph,
    lookup?.keys,
    lookup?.outputs,
    baseline,
    card?.document,
  ]
  return eachOnce([
    ...[manifest, ...variants].flatMap(servingFiles),
    ...others.filter((file) => file !== undefined),
  ])
}

function eachOnce(files: readonly FileRef[]): FileRef[] {
  return [...new Map(files.map((file) => [`${file.sha256} ${file.size}`, file])).values()]
}
