import { HomingError } from '@homing/protocol'

/** Loads a package that only some models need. @throws HomingError ENGINE_MISSING naming the one to install. */
export async function optionalPeer<M>(name: string, load: () => Promise<M>): Promise<M> {
  try {
    return await load()
  } catch (cause) {
    throw new HomingError('ENGINE_MISSING', `Packing this model needs ${name}: run "npm install ${name}"`, {
      cause,
      details: { package: name },
    })
  }
}
