import { HomingError } from '@homing/protocol'

/** The error of an optional peer dependency that could not be imported. */
export function engineMissing(packageName: string, cause: unknown): HomingError {
  return new HomingError(
    'ENGINE_MISSING',
    `The package ${packageName} could not be loaded: install it in the app.`,
    {
      details: { package: packageName },
      cause,
    },
  )
}
