/** Writes of the store. Each passes three points: before its transaction, before its commit, and once it is on the disk. */
export const storeWrites = [
  'blob',
  'blob-deletion',
  'piece',
  'piece-deletion',
  'manifest',
  'manifest-deletion',
  'metadata',
  'record',
  'event',
  'fact',
  'event-deletion',
  'use',
  'garbage',
] as const

/** How far a write of the store is. */
export const writePhases = ['begun', 'uncommitted', 'committed'] as const

/** Steps between the writes of the store, in the order of an update. */
export const updateSteps = [
  'rollout-fetched',
  'manifest-fetched',
  'patch-fetched',
  'patch-applied',
  'blob-fetched',
  'version-loaded',
  'version-recorded',
  'version-serving',
] as const

/** Steps of an engine's worker while a version is loaded. */
export const loadSteps = ['backend-starting', 'model-loading', 'first-run'] as const

/** Steps of a prediction: on the page, in the engine's worker, and on the page again. */
export const callSteps = [
  'call-retained',
  'call-sent',
  'call-received',
  'call-started',
  'call-encoded',
  'call-running',
  'call-ran',
  'call-decoded',
  'call-answered',
] as const

/** A place in the code at which tests end the worker, the tab or the browser. */
export type FaultPoint =
  | `${(typeof storeWrites)[number]}-${(typeof writePhases)[number]}`
  | (typeof updateSteps)[number]
  | (typeof loadSteps)[number]
  | (typeof callSteps)[number]

/** A write of the store. */
export type StoreWrite = (typeof storeWrites)[number]
