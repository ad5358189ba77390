/**
 * Takes `samples` samples of each side in turns, A B, then B A, and so on: what drifts on the machine drifts for all, and
 * nobody always goes first. Fewer where that would take longer than `longest` milliseconds, but one at least.
 */
export async function interleaved<Name extends string, Sample>(
  sides: Readonly<Record<Name, () => Promise<Sample>>>,
  samples: number,
  longest = Infinity,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(sides) as Name[]
  const taken = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>
  const start = performance.now()
  for (let turn = 0; turn < samples && (turn === 0 || performance.now() - start < longest); turn++) {
    const order = turn % 2 === 0 ? names : names.toReversed()
    for (const name of order) taken[name].push(await sides[name]())
  }
  return taken
}
