import type { Feature, TableInput } from '@homing/protocol'

/** Which columns of a table's tensor a feature fills. */
export interface FeatureColumns {
  readonly feature: Feature
  readonly first: number
  readonly width: number
}

/** The columns of each feature, in order; a one-hot category fills several. */
export function featureColumns({ features }: Pick<TableInput, 'features'>): readonly FeatureColumns[] {
  let next = 0
  return features.map((feature) => {
    const first = next
    const width = widthOf(feature)
    next += width
    return { feature, first, width }
  })
}

/** How many columns a feature fills. */
export function widthOf(feature: Feature): number {
  if (feature.kind !== 'category' || feature.encode === 'index') return 1
  return feature.categories.length + (feature.unseen === 'other' ? 1 : 0)
}
