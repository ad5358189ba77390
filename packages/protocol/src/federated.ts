import { canonicalBytes } from './canonical.ts'
import type { Manifest } from './manifest.ts'
import type { FileRef } from './names.ts'

/** Bytes from `start` up to `end`. */
type Range = readonly [start: number, end: number]

/** A shard in which a federated version may change some bytes and must repeat others. */
export interface MixedShard {
  readonly base: FileRef
  readonly shard: FileRef
  /** What must be repeated, within the shard. */
  readonly frozen: readonly Range[]
}

/** What a federated version has of its own; everything else it repeats. */
type Own = 'version' | 'parent' | 'base' | 'parameters' | 'variants' | 'lookup' | 'card'

/**
 * Why a federated version may not take the place of its base, as far as their manifests tell; undefined where it may.
 * It repeats graph, pipeline with labels, signature, training probe inputs and whatever else a manifest holds, by
 * hash or as it stands, and changes only shards with tensors that the base's `training` section lists. `mixedShards` says what is
 * still to be looked at.
 */
export function federatedProblem(manifest: Manifest, base: Manifest): string | undefined {
  if (base.base !== undefined) return `its base ${base.version} is a federated version itself`
  if (manifest.base !== base.version) return `it was not trained from ${base.version}`
  if (!base.training) return `its base ${base.version} is not to be trained`
  if (manifest.variants) return 'it has variants, whose rounded tensors nothing can be compared with'
  if (manifest.lookup) return 'it has a lookup, which nobody but the publisher may write'
  const [mine, theirs] = [repeated(manifest), repeated(base)]
  for (const field of new Set([...Object.keys(mine), ...Object.keys(theirs)]))
    if (!equal(mine[field], theirs[field])) return `it has another ${field} than its base ${base.version}`
  const [{ shards, ...layout }, { shards: baseShards, ...baseLayout }] = [
    manifest.parameters,
    base.parameters,
  ]
  if (!equal(layout, baseLayout) || !equal(shards.map(sizeOf), baseShards.map(sizeOf)))
    return `its parameters are laid out otherwise than in its base ${base.version}`
  const frozen = changedShards(manifest, base).find(({ shard, frozen }) =>
    frozen.some(([start, end]) => end - start === shard.size),
  )
  return frozen && `it changes shard ${frozen.shard.sha256}, which holds no trained tensor`
}

/** The changed shards that hold frozen bytes too: these have to be compared with those of the base. */
export function mixedShards(manifest: Manifest, base: Manifest): MixedShard[] {
  return changedShards(manifest, base).filter(({ frozen }) => frozen.length > 0)
}

function repeated(manifest: Manifest): Record<string, unknown> {
  const own: ReadonlySet<string> = new Set<Own>([
    'version',
    'parent',
    'base',
    'parameters',
    'variants',
    'lookup',
    'card',
  ])
  const rest = Object.fromEntries(Object.entries(manifest).filter(([field]) => !own.has(field)))
  // Other parameters give other outputs. Which inputs are probed, and how narrowly, is not for the federated key to say.
  const { outputs: _, source: __, ...asked } = manifest.probes ?? {}
  return manifest.probes ? { ...rest, probes: asked } : rest
}

function changedShards(manifest: Manifest, base: Manifest): MixedShard[] {
  const trained = trainedRanges(base)
  const changed: MixedShard[] = []
  let start = 0
  base.parameters.shards.forEach((before, index) => {
    const shard = manifest.parameters.shards[index]!
    const end = start + before.size
    if (shard.sha256 !== before.sha256)
      changed.push({ base: before, shard, frozen: rest(trained, start, end) })
    start = end
  })
  return changed
}

/** Where only tensors lie that the base lets be trained, in order. */
function trainedRanges({ training, parameters }: Manifest): Range[] {
  const names = new Set(training?.tensors)
  // At each offset, how many trained and how many frozen tensors begin (or, negative, end).
  const edges = parameters.tensors
    .flatMap(({ name, offset, size }) => {
      const [trained, frozen] = names.has(name) ? [1, 0] : [0, 1]
      return [
        { at: offset, trained, frozen },
        { at: offset + size, trained: -trained, frozen: -frozen },
      ]
    })
    .sort((a, b) => a.at - b.at)
  const ranges: Range[] = []
  let [trained, frozen, from] = [0, 0, 0]
  for (const edge of edges) {
    if (trained > 0 && frozen === 0 && edge.at > from) ranges.push([from, edge.at])
    trained += edge.trained
    frozen += edge.frozen
    from = edge.at
  }
  return ranges
}

/** What of the bytes from `start` to `end` lies outside `ranges`, counted from `start`. */
function rest(ranges: readonly Range[], start: number, end: number): Range[] {
  const outside: Range[] = []
  let from = start
  for (const [begin, stop] of ranges) {
    if (stop <= from || begin >= end) continue
    if (begin > from) outside.push([from - start, begin - start])
    from = Math.min(stop, end)
  }
  if (from < end) outside.push([from - start, end - start])
  return outside
}

function sizeOf({ size }: FileRef): number {
  return size
}

function equal(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b
  const [left, right] = [canonicalBytes(a), canonicalBytes(b)]
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}
