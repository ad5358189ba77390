import { forgetIndexedDbFacts } from './indexed-db-facts.ts'
import { forgottenFiles, type ForgetRules, isForgottenDocument } from './forgotten.ts'
import type { WriteTransaction } from './transactions.ts'

/** The tables that `forgetInIndexedDb` changes. */
export const forgettingTables = [
  'models',
  'manifests',
  'uses',
  'blobs',
  'partials',
  'metadata',
  'events',
  'facts',
] as const

/** `Store.forget` within one transaction over `forgettingTables`. */
export async function forgetInIndexedDb(transaction: WriteTransaction, rules: ForgetRules): Promise<void> {
  const table = <T extends (typeof forgettingTables)[number]>(name: T) => transaction.objectStore(name)
  const manifests = table('manifests')
  const [hashes, files] = await Promise.all([manifests.getAllKeys(), manifests.getAll()])
  const held = new Map(hashes.map((sha256, index) => [sha256, new Uint8Array(files[index]!)]))
  const gone = forgottenFiles(held, rules)

  if (rules.model === undefined)
    await Promise.all([table('models').clear(), table('events').clear(), table('uses').clear()])
  else await table('models').delete(rules.model)
  await forgetIndexedDbFacts(transaction, rules.model)
  for (const sha256 of gone.manifests)
    await Promise.all([manifests.delete(sha256), table('uses').delete(sha256)])
  for (const sha256 of await table('blobs').getAllKeys())
    if (!gone.keptBlobs.has(sha256)) await table('blobs').delete(sha256)
  for (const key of await table('partials').getAllKeys())
    if (!gone.keptBlobs.has(key[0])) await table('partials').delete(key)
  for (const name of await table('metadata').getAllKeys())
    if (isForgottenDocument(name, rules)) await table('metadata').delete(name)
}
