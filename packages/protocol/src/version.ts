import * as v from 'valibot'

import { HomingError } from './homing-error.ts'

const number = '0|[1-9]\\d{0,8}'
const identifier = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)' // a number has no leading zero (§9)
const pattern = new RegExp(
  `^(${number})\\.(${number})\\.(${number})(?:-(${identifier}(?:\\.${identifier})*))?$`,
)

/** A semantic version (semver.org 2.0.0) without build metadata, such as `1.2.0` or `2.0.0-rc.1`. */
export const VersionSchema = v.pipe(v.string(), v.maxLength(64), v.regex(pattern, 'not a semantic version'))

/**
 * Orders two semantic versions as semver.org 2.0.0 §11 says: negative when `a` comes before `b`.
 * @throws HomingError CONFIG_INVALID when one is not a version.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)]
  for (const part of [0, 1, 2] as const) {
    if (left.core[part] !== right.core[part]) return left.core[part] - right.core[part]
  }
  return comparePrerelease(left.prerelease, right.prerelease)
}

function parse(version: string): { core: [number, number, number]; prerelease: string[] } {
  const match = pattern.exec(version)
  if (!match) throw new HomingError('CONFIG_INVALID', `"${version}" is not a semantic version`)
  return {
    core: [Number(match[1]), Number(match[2]), Number(match[3])],
    prerelease: match[4]?.split('.') ?? [],
  }
}

function comparePrerelease(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length // a release comes after its pre-releases
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareIdentifier(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareIdentifier(a: string, b: string): number {
  const [aNumeric, bNumeric] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (aNumeric && bNumeric && a.length !== b.length) return a.length - b.length // of any size, without rounding
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1 // numbers come before words
  return a < b ? -1 : a > b ? 1 : 0
}
