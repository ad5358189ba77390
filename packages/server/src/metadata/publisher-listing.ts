import { readDocument, type Targets } from '@homing/tuf/repository'

import type { MetadataRepository } from '../repositories/metadata-repository.ts'

/** The newest publisher metadata: its version, 0 while there is none, and what it lists. */
export async function publisherListing(
  metadata: MetadataRepository,
): Promise<{ version: number; listing: Targets | undefined }> {
  const record = (await metadata.newest()).get('publisher')
  return record
    ? { version: record.version, listing: readDocument('targets', record.bytes, 'publisher') }
    : { version: 0, listing: undefined }
}
