import { HomingError } from '@homing/protocol'
import { type TufRepository, tufSigner } from '@homing/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { referenceClient } from '../testing/reference-client.ts'
import { simulatedClient } from '../testing/simulated-client.ts'

const histories = 1_000

const onlineRoles = ['timestamp', 'snapshot', 'targets'] as const
const roleAt = (which: number) => onlineRoles[which % 3]!
const documentAt = (repository: TufRepository, which: number) => {
  const role = roleAt(which)
  return role === 'targets' ? repository.targets.get('targets')! : repository[role]
}
const day = 86_400_000
const inDays = (days: number): string => new Date(Date.now() + days * day).toISOString().replace(/\.\d+/, '')

/** What happens to a repository: honest work, mistakes and attacks. */
const events = {
  publish: (repository: TufRepository) => repository.publish('targets'),
  stamp: (repository: TufRepository) => repository.publishTimestamp(),
  addTarget(repository: TufRepository, which: number) {
    const roles = [...repository.targets.keys()]
    repository.addTarget(which % 2 ? 'file' : `file ${which}`, 'body', roles[which % roles.length])
    repository.publish(...roles)
  },
  delegate(repository: TufRepository, which: number) {
    // No name that needs quoting: tuf-js keeps those under one name and looks for them under another.
    const name = ['a', 'b', 'c.d', 'e-f'][which % 4]!
    const from = [...repository.targets.keys()][which % repository.targets.size]!
    const taken = repository.targets.get(from)!.delegations?.roles.some((role) => role.name === name)
    if (taken || from === name) return
    repository.delegate(from, { name, terminating: which % 5 === 0, paths: [which % 3 ? '*' : 'other'] })
    repository.publish(...repository.targets.keys())
  },
  newRoot: (repository: TufRepository) => repository.publishRoot(),
  rotate(repository: TufRepository, which: number) {
    repository.rotateKeys(roleAt(which))
    repository.publishRoot()
  },
  rotateRoot(repository: TufRepository, which: number) {
    const before = repository.signers.get('root')!
    repository.rotateKeys('root')
    const after = repository.signers.get('root')!
    repository.signers.set('root', which % 4 ? [...before, ...after] : after)
    repository.publishRoot()
    repository.signers.set('root', after)
  },
  threshold(repository: TufRepository, which: number) {
    const role = roleAt(which)
    if (which % 2) repository.addKey(role)
    repository.root.roles[role].threshold = 1 + (which % 3)
    repository.publishRoot()
  },
  back: (repository: TufRepository, which: number) =>
    void (documentAt(repository, which).version = 1 + (which % 3)),
  forward: (repository: TufRepository, which: number) => void (documentAt(repository, which).version += 5),
  expire: (repository: TufRepository, which: number) =>
    void (documentAt(repository, which).expires = inDays(which % 2 ? -1 : 10)),
  expireRoot(repository: TufRepository, which: number) {
    repository.root.expires = inDays(which % 2 ? -1 : 10)
    repository.publishRoot()
  },
  forge: (repository: TufRepository, which: number) =>
    void repository.signers.set(roleAt(which), [
      tufSigner(),
      ...repository.signers.get(roleAt(which))!.slice(which % 2),
    ]),
  signTwice(repository: TufRepository, which: number) {
    const signers = repository.signers.get(roleAt(which))!
    repository.signers.set(roleAt(which), [...signers, ...signers])
  },
  hashes: (repository: TufRepository) => void (repository.hashes = !repository.hashes),
  consistent(repository: TufRepository) {
    repository.root.consistent_snapshot = !repository.root.consistent_snapshot
    repository.publishRoot()
  },
  forget(repository: TufRepository) {
    const name = [...repository.targets.keys()].at(-1)!
    if (name !== 'targets') Reflect.deleteProperty(repository.snapshot.meta, `${name}.json`)
  },
  nothing: () => undefined,
}

const history = fc.array(
  fc.tuple(fc.constantFrom(...(Object.keys(events) as (keyof typeof events)[])), fc.nat(59)),
  { minLength: 1, maxLength: 10 },
)

/** What a client says: found, not found, or that it refuses. */
async function verdict(find: () => Promise<boolean>): Promise<boolean | 'refused'> {
  return find().catch(() => 'refused' as const)
}

describe('the client', () => {
  it(`agrees with tuf-js over ${histories} histories of a repository: what it finds, refuses and keeps`, async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const mine = simulatedClient()
        const theirs = await referenceClient(mine.repository)
        try {
          for (const [kind, which] of steps) {
            events[kind](mine.repository, which)
            const find = async (): Promise<boolean> => {
              const client = await mine.refresh()
              return client.target('file').then(
                () => true,
                (error: unknown) => {
                  if (error instanceof HomingError && error.code === 'TARGET_UNKNOWN') return false
                  throw error
                },
              )
            }
            const [my, their] = [await verdict(find), await verdict(() => theirs.find('file'))]
            expect(my).toBe(their)
            const kept = [...mine.stored]
              .sort()
              .map(([role, bytes]) => [role, new TextDecoder().decode(bytes)])
            expect(Object.fromEntries(kept)).toEqual(Object.fromEntries(await theirs.stored()))
          }
        } finally {
          await theirs.close()
        }
      }),
      { numRuns: histories },
    )
  }, 300_000)
})
