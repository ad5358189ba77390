import { readDocument, type Targets } from '@homing/tuf/repository'

import type { MetadataRepository } from '../repositories/metadata-repository.ts'

/** The newest publisher metadata: its version, 0 while there is none, and what it lists. */
export interface Listing {
  readonly version: number
  readonly listing: Targets | undefined
}

/** Tells the newest publisher metadata. Reading thousands of entries takes long, so it reads each version once. */
export type PublisherListing = () => Promise<Listing>

/** What publisher metadata lists in `metadata`. */
export function publisherListing(metadata: MetadataRepository): PublisherListing {
  let kept: Listing = { version: 0, listing: undefined }
  return async () => {
    const record = (await metadata.newest()).get('publisher')
    if (record && record.version !== kept.version)
      kept = { version: record.version, listing: readDocument('targets', record.bytes, 'publisher') }
    return kept
  }
}
