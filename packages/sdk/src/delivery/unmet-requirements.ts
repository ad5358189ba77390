import { compareVersions, type Engine, type Requirements } from '@homing/protocol'

/** A feature that a version may require. */
export type Feature = NonNullable<Requirements['features']>[number]

/** What is known of this device. What is unknown is not held against a version: loading it will tell. */
export interface Device {
  /** Version of this library. */
  readonly sdk: string
  /** Versions of the engines that the app has, where they are known. */
  readonly engines?: Readonly<Record<string, string>>
  /** Bytes of memory, where the browser tells them. */
  readonly memory?: number | undefined
  /** Features that are there, where they were looked for. */
  readonly features?: ReadonlySet<Feature>
}

/**
 * Which requirements the device does not meet, in words; none when it can take the version. A rollout does not say
 * which engine a version is for: without `engine`, one engine of the app in the range is enough.
 */
export function unmetRequirements(
  requirements: Requirements | undefined,
  device: Device,
  engine?: Engine,
): string[] {
  if (!requirements) return []
  const { sdk, engine: range, memory, features = [] } = requirements
  const unmet: string[] = []
  if (sdk !== undefined && compareVersions(device.sdk, sdk) < 0)
    unmet.push(`needs SDK ${sdk}, this is ${device.sdk}`)
  if (range) {
    const known = Object.entries(device.engines ?? {}).filter(
      ([name]) => engine === undefined || name === engine,
    )
    if (known.length > 0 && !known.some(([, version]) => isWithin(version, range))) {
      const have = known.map(([name, version]) => `${name} ${version}`).join(', ')
      unmet.push(`needs an engine ${describeRange(range)}, this app has ${have}`)
    }
  }
  if (memory !== undefined && device.memory !== undefined && device.memory < memory) {
    unmet.push(`needs ${memory} bytes of memory, this device has ${device.memory}`)
  }
  const missing = device.features ? features.filter((feature) => !device.features?.has(feature)) : []
  if (missing.length > 0) unmet.push(`needs ${missing.join(', ')}`)
  return unmet
}

type Range = NonNullable<Requirements['engine']>

function isWithin(version: string, { from, below }: Range): boolean {
  if (from !== undefined && compareVersions(version, from) < 0) return false
  return below === undefined || compareVersions(version, below) < 0
}

function describeRange({ from, below }: Range): string {
  return [from === undefined ? [] : `from ${from}`, below === undefined ? [] : `below ${below}`]
    .flat()
    .join(' ')
}
