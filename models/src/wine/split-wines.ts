import type { Wine } from '../data/wine.ts'
import type { Random } from '../random.ts'

/**
 * Parts wines at random into those to train on and those held out. The table lists many wines twice; equal rows stay
 * together, or the model would be tested on what it has seen.
 */
export function splitWines(
  wines: readonly Wine[],
  heldOut: number,
  random: Random,
): { training: Wine[]; test: Wine[] } {
  const groups = new Map<string, Wine[]>()
  for (const wine of wines) {
    const key = Object.values(wine.features).join()
    groups.set(key, [...(groups.get(key) ?? []), wine])
  }
  const ordered = [...groups.values()]
  const shuffled = Array.from(random.permutation(ordered.length), (index) => ordered[index]!)
  const test: Wine[] = []
  const training: Wine[] = []
  for (const group of shuffled) (test.length < wines.length * heldOut ? test : training).push(...group)
  return { training, test }
}
