/** Places in the static layout, relative to the repository's URL or folder. */
export const paths = {
  blob: (sha256: string): string => `blobs/${sha256}`,
  manifest: (model: string, version: string): string => `models/${model}/${version}/manifest.json`,
  federatedManifest: (model: string, version: string): string =>
    `federated/${model}/${version}/manifest.json`,
  patches: (model: string, version: string): string => `patches/${model}/${version}.json`,
  rollout: (model: string): string => `rollouts/${model}.json`,
  timestamp: 'metadata/timestamp.json',
  metadata: (role: string, version: number): string => `metadata/${version}.${role}.json`,
  /** Where a target of this SHA-256 lies: `rollouts/digits.json` as `rollouts/<sha256>.digits.json`. */
  target: (path: string, sha256: string): string => path.replace(/[^/]+$/, `${sha256}.$&`),
} as const
