/** The part of jstat that tests hold ours against. */
declare module 'jstat' {
  interface Distribution {
    cdf(x: number, ...parameters: number[]): number
    inv(p: number, ...parameters: number[]): number
  }
  export const jStat: {
    gammaln(x: number): number
    ibeta(x: number, a: number, b: number): number
    lowRegGamma(a: number, x: number): number
    chisquare: Distribution
    normal: Distribution
    studentt: Distribution
  }
}
