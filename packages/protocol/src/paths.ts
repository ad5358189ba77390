/** Places in the static layout, relative to the repository's URL or folder. */
export const paths = {
  blob: (sha256: string): string => `blobs/${sha256}`,
  manifest: (model: string, version: string): string => `models/${model}/${version}/manifest.json`,
  federatedManifest: (model: string, version: string): string =>
    `federated/${model}/${version}/manifest.json`,
  rollout: (model: string): string => `rollouts/${model}.json`,
} as const
