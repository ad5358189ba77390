import { MetadataStateSchema, paths } from '@homing/protocol'
import {
  emptyTargets,
  generatePrivateKey,
  initialRoot,
  initialTargets,
  keysOfRole,
  readDocument,
  renewed,
  type Root,
  type SignedDocument,
  type Signer,
  signerOfPem,
  signMetadata,
  type Targets,
  targetFileOf,
  withTargets,
} from '@homing/tuf/repository'
import * as v from 'valibot'
import { expect } from 'vitest'

/** How requests reach a server: by `inject`, or over HTTP. */
export type Send = (
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  body?: Uint8Array,
) => Promise<{ status: number; body: Buffer }>

/** A version as its publisher knows it. */
export interface SignedSample {
  readonly model: string
  readonly version: string
  readonly bytes: Uint8Array
}

const newSigner = (): Signer => signerOfPem(generatePrivateKey())

/** The keys of whoever publishes in tests. */
export const keys = { root: newSigner(), targets: newSigner(), publisher: newSigner() }

/** Signs and sends metadata as `homing keys init` and `homing publish` do. */
export function signingPublisher(send: Send) {
  const one = ({ key }: Signer) => ({ keys: [key], threshold: 1 })
  const state = async () =>
    v.parse(MetadataStateSchema, JSON.parse((await send('GET', '/v1/metadata')).body.toString()))
  const newest = async (role: string) => {
    const { status, body } = await send('GET', `/v1/metadata/${role}`)
    expect(status, body.toString()).toBe(200)
    return new Uint8Array(body)
  }
  const put = (role: string, bytes: Uint8Array) => send('PUT', `/v1/metadata/${role}`, bytes)
  const root = async () => readDocument('root', await newest('root'))
  const targets = async () => readDocument('targets', await newest('targets'))
  const publisher = async () => readDocument('targets', await newest('publisher'), 'publisher')

  const self = {
    state,
    newest,
    put,
    root,
    targets,
    publisher,
    /** A root signed by the keys of the root before it, if any, and its own. */
    signRoot: (next: Root, before: Root | undefined, signers: readonly Signer[] = [keys.root]) =>
      signMetadata(next, [next, ...(before ? [before] : [])].map(rootKeys), signers),
    signTargets: (next: Targets, above: Root, signers: readonly Signer[] = [keys.targets]) =>
      signMetadata(next, [keysOfRole('targets', above).roleKeys], signers),
    signPublisher: (next: SignedDocument, above: Targets, signers: readonly Signer[] = [keys.publisher]) =>
      signMetadata(next, [keysOfRole('publisher', above).roleKeys], signers),

    /** Root, targets and publisher, version 1 of each. */
    async initialise(now = Date.now()) {
      const { onlineKey } = await state()
      const first = initialRoot({ root: one(keys.root), targets: one(keys.targets), online: onlineKey }, now)
      const delegating = initialTargets({ publisher: one(keys.publisher), online: onlineKey }, now)
      const documents = {
        root: await self.signRoot(first, undefined),
        targets: await self.signTargets(delegating, first),
        publisher: await self.signPublisher(emptyTargets('publisher', now), delegating),
      }
      for (const [role, bytes] of Object.entries(documents)) {
        const { status, body } = await put(role, bytes)
        expect(status, body.toString()).toBe(201)
      }
      return documents
    },

    /** Where a target lies that the server's own key vouches for: `/repository/rollouts/<sha256>.digits.json`. */
    async placeOf(path: string): Promise<string> {
      const { roles } = await state()
      const { body } = await send('GET', `/repository/${paths.metadata('rollouts', roles['rollouts']!)}`)
      const { targets } = readDocument('targets', body, 'rollouts')
      return `/repository/${paths.target(path, targets[path]!.hashes['sha256']!)}`
    },

    /** Lists these versions, or takes them off. */
    async list(samples: readonly SignedSample[], { off = false } = {}) {
      const files = samples.map(({ model, version, bytes }) => [
        paths.manifest(model, version),
        off ? undefined : targetFileOf(bytes),
      ])
      const changed = withTargets(await publisher(), Object.fromEntries(files) as never)
      const next = renewed(changed, 'publisher', Date.now())
      return put('publisher', await self.signPublisher(next, await targets()))
    },
  }
  return self
}

function rootKeys(root: Root) {
  return root.roles.root
}
