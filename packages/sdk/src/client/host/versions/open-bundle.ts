import { createDocuments, type Documents } from '../../../delivery/documents.ts'
import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import { createRepository, type Repository } from '../../../delivery/repository.ts'
import { createMemoryStore } from '../../../store/memory-store.ts'

/** A model that came with the app: a part of a published repository, among the app's own files. */
export interface Bundle {
  readonly documents: Documents
  readonly repository: Repository
}

/**
 * The bundle in the folder at `url`. Signatures, hashes and who may publish what are held to `root` as in any repository;
 * expiry is not: it tells that newer metadata may be withheld, and here nobody could. What the bundle says of itself is
 * not kept, so it never stands against what the repository has said.
 */
function openBundle(url: string, root: string, platform: DeliveryPlatform): Bundle {
  const timeless: DeliveryPlatform = {
    ...platform,
    time: () => 0,
    fetch: (input, init) => platform.fetch(input, { ...init, cache: 'default' }), // the app's own files, also offline
  }
  return {
    repository: createRepository(url, timeless),
    documents: createDocuments({
      repository: url,
      root: new TextEncoder().encode(root),
      store: createMemoryStore(),
      platform: timeless,
      alone: (_name, _signal, work) => work(), // what is kept is this tab's own
    }),
  }
}

/** The bundles of an app, by model; each is opened once. */
export function bundleShelf(
  urls: Readonly<Record<string, string>>,
  root: string,
  platform: DeliveryPlatform,
): (model: string) => Bundle | undefined {
  const opened = new Map<string, Bundle>()
  return (model) => {
    if (!Object.hasOwn(urls, model)) return undefined
    const bundle = opened.get(model) ?? openBundle(urls[model]!, root, platform)
    opened.set(model, bundle)
    return bundle
  }
}
