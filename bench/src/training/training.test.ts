import { fileURLToPath } from 'node:url'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { checkSame } from './best-peer.ts'
import { openContest } from './contest.ts'
import { noise } from './noise.ts'
import { readDigitsFiles, trainingFolders } from './node-host.ts'
import { settle } from './settle.ts'

const folders = trainingFolders(fileURLToPath(new URL('../../..', import.meta.url)))

describe('a contest', () => {
  // The bench itself holds every contest to the same losses; the CNN's is left to it: tfjs takes 14 s for a step.
  it('takes the same steps on both sides', async () => {
    const files = await readDigitsFiles(folders)
    const contest = await openContest({ network: 'mlp', peer: 'cpu', files, wasmFolder: `${folders.wasm}/` })
    const [ours, theirs] = [await contest.losses('step'), await contest.losses('peer')]
    checkSame(ours, theirs)
    expect(ours[1]).not.toBe(ours[0]) // another batch, on tensors that have moved
    await expect(contest.sample('forward', 0)).resolves.toBeGreaterThan(0)
  }, 120_000)

  it('has no peer that was not named', async () => {
    const files = await readDigitsFiles(folders)
    const contest = await openContest({ network: 'mlp', files, wasmFolder: '' })
    await expect(contest.sample('peer', 0)).rejects.toThrow('no side "peer"')
    await expect(contest.losses('peer')).rejects.toThrow('no side "peer"')
  })

  it('is none when the losses differ', () => {
    expect(() => {
      checkSame([2.3, 2.2], [2.3001, 2.2])
    }).not.toThrow()
    for (const theirs of [[2.3, 2.3], [2.3], [2.3, NaN], [2.3, 2.2, 2.1]]) {
      expect(() => {
        checkSame([2.3, 2.2], theirs)
      }).toThrow('the losses are')
    }
  })
})

describe('settle', () => {
  it('waits until nothing gets faster, and not for ever', async () => {
    const times = [40, 30, 20, 10, 10, 11, 10, 1]
    let at = 0
    const best = await settle({ sample: () => Promise.resolve(times[at++]!) }, 'step')
    expect([best, at]).toEqual([10, 7])

    let runs = 0
    await settle({ sample: () => Promise.resolve(1 / 2 ** runs++) }, 'peer')
    expect(runs).toBe(25)
  })
})

describe('noise', () => {
  it('is the same everywhere, within -1 to 1, and around 0', () => {
    expect([...noise([3], 1)]).toEqual([...noise([3, 1], 1)])
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const numbers = noise([40, 50], seed)
        expect(Math.max(...numbers.map(Math.abs))).toBeLessThanOrEqual(1)
        expect(Math.abs(numbers.reduce((a, b) => a + b) / numbers.length)).toBeLessThan(0.1)
      }),
      { numRuns: 50 },
    )
  })
})
