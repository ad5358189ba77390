import type { Manifest } from '@homing/protocol'

/** The guards of a package, and what runs after it: rows of a table. */
export function describeComposition({ guards, next }: Manifest): string[][] {
  return [
    ...(guards ? [['  guards', describeGuards(guards)]] : []),
    ...(next ? [['  next', describeNext(next)]] : []),
  ]
}

function describeGuards({
  inputs = [],
  confidence,
  outputs = [],
  fallback,
}: NonNullable<Manifest['guards']>): string {
  const parts = [
    inputs.length > 0 ? `${inputs.length} of inputs` : [],
    confidence ? `confidence of ${confidence.least} or more` : [],
    outputs.length > 0 ? `${outputs.length} of outputs` : [],
    fallback ? `fallback to ${'model' in fallback ? fallback.model : fallback.kind}` : [],
  ].flat()
  return parts.join(', ') || 'none'
}

function describeNext(next: NonNullable<Manifest['next']>): string {
  switch (next.kind) {
    case 'chain':
      return `${next.model}, which takes ${Object.values(next.inputs).join(', ')}`
    case 'fan-out':
      return `${next.models.join(', ')}, which take the same inputs`
    case 'cascade':
      return `${next.model ?? "the app's remote hook"} below a confidence of ${next.below}`
  }
}
