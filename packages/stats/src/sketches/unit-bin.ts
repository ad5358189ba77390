/** Which of `bins` bins of equal width from 0 to 1 holds a score; beyond the ends, the outer ones. 1 lies in the last. */
export function unitBin(score: number, bins: number): number {
  return Math.min(bins - 1, Math.max(0, Math.floor(score * bins)))
}
