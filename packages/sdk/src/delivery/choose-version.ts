import { candidates, HomingError, type ListedVersion, type Rollout } from '@homing/protocol'

import { type Device, unmetRequirements } from './unmet-requirements.ts'

/** What else decides which version a device takes. */
export interface ChoiceOptions {
  readonly device: Device
  /** This version and no other. */
  readonly pinned?: string | undefined
  /** Why this version failed on this device; undefined where it may be taken. */
  readonly refusal?: (listed: ListedVersion) => string | undefined
}

/** Why a version cannot serve here. */
interface VersionReasons {
  readonly version: string
  readonly reasons: readonly string[]
}

/** The version that a device takes, or why none. */
export type Choice =
  | {
      readonly name: 'chosen'
      readonly listed: ListedVersion
      readonly passedOver: readonly VersionReasons[]
    }
  /** The pinned version is not published. */
  | { readonly name: 'unlisted'; readonly version: string }
  | { readonly name: 'none'; readonly passedOver: readonly VersionReasons[] }

/**
 * The newest version, from the champion downwards, that this device can run and that has not failed on it; or the
 * pinned one. `passedOver` tells why not a newer one, newest first.
 */
export function chooseVersion(rollout: Rollout, { device, pinned, refusal }: ChoiceOptions): Choice {
  const allowed =
    pinned === undefined ? candidates(rollout) : rollout.versions.filter(({ version }) => version === pinned)
  if (pinned !== undefined && allowed.length === 0) return { name: 'unlisted', version: pinned }
  const passedOver: VersionReasons[] = []
  for (const listed of allowed) {
    const unmet = unmetRequirements(listed.requirements, device)
    const refused = refusal?.(listed)
    const reasons = refused === undefined ? unmet : [...unmet, refused]
    if (reasons.length === 0) return { name: 'chosen', listed, passedOver }
    passedOver.push({ version: listed.version, reasons })
  }
  return { name: 'none', passedOver }
}

/**
 * The chosen version.
 * @throws HomingError VERSION_UNKNOWN, or VERSION_UNSUPPORTED with `details.reasons` (VersionReasons[]).
 */
export function requireChoice(model: string, choice: Choice): ListedVersion {
  switch (choice.name) {
    case 'chosen':
      return choice.listed
    case 'unlisted':
      throw new HomingError('VERSION_UNKNOWN', `The repository has no version ${choice.version} of ${model}`)
    case 'none': {
      const list = choice.passedOver
        .map(({ version, reasons }) => `${version}: ${reasons.join(', ')}`)
        .join('; ')
      throw new HomingError(
        'VERSION_UNSUPPORTED',
        `No version of ${model} can run on this device (${list})`,
        {
          details: { reasons: choice.passedOver },
        },
      )
    }
  }
}
