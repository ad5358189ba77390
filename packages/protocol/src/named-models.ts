import type { Manifest } from './manifest.ts'

/** The models that a version names: those that run after it, and the one that it falls back to. */
export function namedModels({ next, guards }: Pick<Manifest, 'next' | 'guards'>): string[] {
  const followers =
    next === undefined
      ? []
      : next.kind === 'fan-out'
        ? next.models
        : [next.model].flatMap((name) => name ?? [])
  const fallback = guards?.fallback?.kind === 'model' ? [guards.fallback.model] : []
  return [...new Set([...followers, ...fallback])]
}
