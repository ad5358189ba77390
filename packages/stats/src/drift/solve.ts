/**
 * Solves a square system by Gauss's elimination with partial pivoting; undefined where rows depend on each other to within
 * rounding.
 */
export function solve(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): number[] | undefined {
  const size = right.length
  const rows = matrix.map((row, index) => [...row, right[index]!])
  const scale = Math.max(...matrix.flat().map(Math.abs))
  for (let column = 0; column < size; column++) {
    const pivot = rows.reduce(
      (best, row, index) =>
        index >= column && Math.abs(row[column]!) > Math.abs(rows[best]![column]!) ? index : best,
      column,
    )
    const chosen = rows[pivot]!
    if (!(Math.abs(chosen[column]!) > scale * 1e-9)) return undefined
    rows[pivot] = rows[column]!
    rows[column] = chosen
    for (const row of rows.slice(column + 1)) {
      const factor = row[column]! / chosen[column]!
      for (let at = column; at <= size; at++) row[at]! -= factor * chosen[at]!
    }
  }
  const solution = new Array<number>(size).fill(0)
  for (let index = size - 1; index >= 0; index--) {
    const row = rows[index]!
    const known = solution.reduce((sum, value, at) => sum + (at > index ? value * row[at]! : 0), 0)
    solution[index] = (row[size]! - known) / row[index]!
  }
  return solution
}
