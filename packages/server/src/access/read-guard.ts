import { type AccessClaims, HomingError } from '@homing/protocol'
import type { FastifyRequest } from 'fastify'

import type { AccessRegistry } from '../repositories/access-registry.ts'
import { privatePlace } from './private-place.ts'
import { provesPath } from './signed-path.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** For files that everyone may read and that never change. */
const immutable = 'public, max-age=31536000, immutable'

/** For files that not everyone may read: no cache on the way keeps them. */
const unkept = 'private, no-store'

/** What a guard of reads works with. */
export interface ReadRules {
  readonly access: AccessRegistry
  /** Missing: no token opens anything but the admin's. */
  readonly verify: TokenVerifier | undefined
  /** Missing: signatures open nothing. */
  readonly urlSecret: string | undefined
  /** Whether a token is the admin's, told in constant time. */
  readonly isAdmin: (token: string) => boolean
  readonly now: () => Date
}

/**
 * Decides, at every read, whether a file may be read. `path` is its place in the static layout. Public files are read
 * by everyone, whatever token comes with the request.
 * @throws HomingError UNAUTHORIZED without proof or with a wrong one; FORBIDDEN with that of someone who may not.
 */
export interface ReadGuard {
  /** For a file of one model. @returns its `Cache-Control`. */
  model(request: FastifyRequest, path: string, model: string): Promise<string>
  /** For a blob: whoever may read one of the models that have it may read it. @returns its `Cache-Control`. */
  blob(request: FastifyRequest, path: string, sha256: string): Promise<string>
  /**
   * Until when whoever asks may read the file at `path` by token, in seconds since 1970; Infinity when everyone may, for ever.
   * @throws HomingError REQUEST_INVALID for a path at which no manifest and no blob can be.
   */
  until(request: FastifyRequest, path: string): Promise<number>
}

export function readGuard({ access, verify, urlSecret, isAdmin, now }: ReadRules): ReadGuard {
  const seconds = (): number => Math.floor(now().getTime() / 1000)

  async function requireToken(request: FastifyRequest, models: readonly string[]): Promise<number> {
    const token = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined)
      throw new HomingError('UNAUTHORIZED', 'This model is private: a token is needed.')
    if (isAdmin(token)) return Infinity
    if (verify === undefined) throw new HomingError('UNAUTHORIZED', 'This server knows no keys of tokens.')
    return requireModel(await verify(token), models)
  }

  function requireModel({ homing }: AccessClaims, models: readonly string[]): number {
    const ends = models.flatMap((model) =>
      Object.hasOwn(homing.models, model) ? [homing.models[model]!] : [],
    )
    if (ends.length === 0) throw new HomingError('FORBIDDEN', 'The token does not name this model.')
    const until = Math.max(...ends)
    if (until > seconds()) return until
    throw new HomingError('FORBIDDEN', 'The time for which the token allows this model is over.', {
      details: { until },
    })
  }

  async function allow(request: FastifyRequest, path: string, models: readonly string[]): Promise<string> {
    const { expires, signature } = request.query as Record<string, unknown>
    if (typeof expires === 'string' && typeof signature === 'string') {
      if (urlSecret === undefined || !provesPath(urlSecret, path, { expires, signature }, seconds()))
        throw new HomingError('UNAUTHORIZED', 'The signature of this address is wrong, or its time is over.')
    } else await requireToken(request, models)
    return unkept
  }

  /** The models of which one opens a file; undefined when everyone may read it. */
  async function modelGate(model: string): Promise<readonly string[] | undefined> {
    return (await access.access(model)) === 'public' ? undefined : [model]
  }

  async function blobGate(sha256: string): Promise<readonly string[] | undefined> {
    const owners = await access.owners(sha256)
    // What is uploaded and not yet published may become private, so it is nobody's as soon as anything is.
    const open =
      owners.length === 0 ? !(await access.hasPrivate()) : owners.some((owner) => owner.access === 'public')
    return open ? undefined : owners.map(({ model }) => model)
  }

  return {
    async model(request, path, model) {
      const models = await modelGate(model)
      return models ? allow(request, path, models) : immutable
    },
    async blob(request, path, sha256) {
      const models = await blobGate(sha256)
      return models ? allow(request, path, models) : immutable
    },
    async until(request, path) {
      const file = privatePlace(path)
      if (!file) throw new HomingError('REQUEST_INVALID', `No manifest and no blob can be at "${path}".`)
      const models = 'model' in file ? await modelGate(file.model) : await blobGate(file.sha256)
      return models ? requireToken(request, models) : Infinity
    },
  }
}
