import type * as takers from './input-takers.ts'

let loaded: typeof takers | undefined

/** Loads what takes images, rows, examples and all else that is no plain tensor: before the first call, which copies at once. */
export async function loadTakers(): Promise<void> {
  loaded ??= await import('./input-takers.ts')
}

/** What `loadTakers` has loaded: every open model has waited for it. */
export const loadedTakers = (): typeof takers => loaded!
