import { logGamma } from './log-gamma.ts'

/** Largest n for which the matrix is raised; beyond it the expansion is as exact as a double shows. */
const matrixUpTo = 140

/** Largest n for which the far tail is summed. */
const sumUpTo = 2_000

/**
 * Chance that the largest distance between a distribution and the empirical one of n values exceeds d, both sides
 * (scipy's `kstwo.sf`). Far tail: twice the one-sided chance, which is its limit. Otherwise exact for n <= 140
 * by Marsaglia, Tsang and Wang (J. Stat. Softw. 8(18), 2003), and by the expansion of Pelz and Good
 * (J. R. Stat. Soc. B 38, 1976) above.
 */
export function kolmogorovTail(d: number, n: number): number {
  if (!(n >= 1)) return NaN
  if (d >= 1) return 0
  if (d * n <= 0.5) return 1
  if (n * d * d >= 4 || d >= 0.5) return Math.min(1, 2 * oneSidedTail(d, n))
  const below = n <= matrixUpTo ? marsaglia(d, Math.round(n)) : pelzGood(d, n)
  return Math.min(1, Math.max(0, 1 - below))
}

/**
 * Chance that the empirical distribution lies more than d above: the sum of Birnbaum and Tingey (Ann. Math. Stat. 22,
 * 1951), and for large n its limit by Maag and Dicaire (Biometrika 58, 1971).
 */
function oneSidedTail(d: number, n: number): number {
  if (n > sumUpTo) return Math.exp(-((6 * n * d + 1) ** 2) / (18 * n))
  let sum = 0
  for (let j = 0; j <= n * (1 - d) - 1e-12; j++) {
    const ways = logGamma(n + 1) - logGamma(j + 1) - logGamma(n - j + 1)
    sum += Math.exp(ways + (j - 1) * Math.log(d + j / n) + (n - j) * Math.log(1 - d - j / n))
  }
  return d * sum
}

function marsaglia(d: number, n: number): number {
  const k = Math.ceil(n * d)
  const size = 2 * k - 1
  const h = k - n * d
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) matrix[i * size + j] = i - j + 1 < 0 ? 0 : 1
  for (let i = 0; i < size; i++) {
    matrix[i * size]! -= h ** (i + 1)
    matrix[(size - 1) * size + i]! -= h ** (size - i)
  }
  matrix[(size - 1) * size]! += 2 * h - 1 > 0 ? (2 * h - 1) ** size : 0
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) for (let f = 2; f <= i - j + 1; f++) matrix[i * size + j]! /= f
  const { power, exponent } = raise({ power: matrix, exponent: 0 }, size, n)
  let value = power[(k - 1) * size + k - 1]!
  let scale = exponent
  for (let i = 1; i <= n; i++) {
    value *= i / n
    if (value < 1e-140) {
      value *= 1e140
      scale -= 140
    }
  }
  return value * 10 ** scale
}

/** A matrix times a power of ten that keeps it from overflowing. */
interface Scaled {
  readonly power: Float64Array
  readonly exponent: number
}

function raise(base: Scaled, size: number, n: number): Scaled {
  if (n === 1) return base
  const half = raise(base, size, Math.floor(n / 2))
  const square = product(half, half, size)
  return n % 2 === 0 ? square : product(square, base, size)
}

function product(a: Scaled, b: Scaled, size: number): Scaled {
  const power = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const left = a.power[i * size + k]!
      for (let j = 0; j < size; j++) power[i * size + j]! += left * b.power[k * size + j]!
    }
  const exponent = a.exponent + b.exponent
  const middle = Math.floor(size / 2)
  if (power[middle * size + middle]! <= 1e140) return { power, exponent }
  return { power: power.map((value) => value * 1e-140), exponent: exponent + 140 }
}

/** Distribution function by theta series in z = d sqrt(n), with terms of order n^-1/2, n^-1 and n^-3/2. */
function pelzGood(d: number, n: number): number {
  const z = d * Math.sqrt(n)
  const [z2, z4, z6, z8] = [z ** 2, z ** 4, z ** 6, z ** 8]
  const [pi2, pi4, pi6] = [Math.PI ** 2, Math.PI ** 4, Math.PI ** 6]
  const root = Math.sqrt(2 * Math.PI)
  let [k0, k1, k2, k3] = [0, 0, 0, 0]
  const terms = Math.ceil((16 * z) / Math.PI) + 1
  for (let k = 1; k <= terms; k++) {
    const m2 = (2 * k - 1) ** 2
    const odd = Math.exp((-pi2 * m2) / (8 * z2))
    k0 += odd
    k1 += odd * (-z2 + (pi2 / 4) * m2)
    k2 += odd * (6 * z6 + 2 * z4 + (pi2 / 4) * (2 * z4 - 5 * z2) * m2 + (pi4 / 16) * (1 - 2 * z2) * m2 ** 2)
    k3 +=
      odd *
      (-30 * z6 -
        90 * z8 +
        (pi2 / 4) * (135 * z4 - 96 * z6) * m2 +
        (pi4 / 16) * (212 * z4 - 60 * z2) * m2 ** 2 +
        (pi6 / 64) * (5 - 30 * z2) * m2 ** 3)
  }
  k0 *= root / z
  k1 *= root / (6 * z4)
  k2 *= root / (72 * z ** 7)
  k3 *= root / (6480 * z ** 10)
  for (let k = 1; k <= terms; k++) {
    const even = Math.exp((-pi2 * k * k) / (2 * z2)) * k * k
    k2 -= (even * pi2 * root) / (36 * z ** 3)
    k3 += ((3 * z2 - pi2 * k * k) * even * pi2 * root) / (216 * z6)
  }
  return k0 + k1 / Math.sqrt(n) + k2 / n + k3 / n ** 1.5
}
