import type { ListedPatch, PatchedShard } from '@homing/protocol'

import type { ContentStore } from '../ports.ts'

/** Codecs of patches that this device can expand. gzip is the browser's own; the others come with the SDK. */
const codecs: ReadonlySet<string> = new Set([
  'none',
  'arithmetic',
  'zstd',
  ...(typeof DecompressionStream === 'function' ? ['gzip'] : []),
])

const methods: ReadonlySet<string> = new Set(['ranges', 'xor', 'difference'])

/** The smallest patch whose base the device holds; undefined where the rest of the shard itself is no larger. */
export async function cheapestPatch(
  { sha256, size, patches }: PatchedShard,
  store: ContentStore,
): Promise<ListedPatch | undefined> {
  const known = patches.filter(({ method, codec }) => methods.has(method) && codecs.has(codec))
  const held = await store.hasBlobs(known.flatMap(({ base }) => base ?? []))
  const usable = known.filter(({ base }) => base === undefined || held.has(base))
  const [smallest] = usable.sort((a, b) => a.size - b.size)
  const begun = await store.listPieces([sha256])
  const arrived = begun.reduce((most, { end }) => Math.max(most, end), 0)
  return smallest && smallest.size < size - arrived ? smallest : undefined
}
