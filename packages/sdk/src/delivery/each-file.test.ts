import { maxShardBytes } from '@homing/protocol'
import { describe, expect, it } from 'vitest'

import { parallelBytes, parallelDownloads } from './config.ts'
import { eachFile } from './each-file.ts'

const files = (count: number, size: number) =>
  Array.from({ length: count }, (_, index) => ({ sha256: String(index), size }))

describe('eachFile', () => {
  it.each([
    ['small files', files(9, 1_000), parallelDownloads],
    ['shards of the largest size', files(9, maxShardBytes), 2],
    ['files of a third of the memory', files(9, parallelBytes / 3), 3],
    ['files larger than the memory', files(9, 2 * parallelBytes), 2],
    ['empty files', files(9, 0), parallelDownloads],
    ['one file', files(1, 1_000), 1],
  ])(
    'takes of %s no more at a time than fit into memory, in memory that they share',
    async (_, refs, lanes) => {
      let running = 0
      let most = 0
      const done: string[] = []
      const memories = new Set<ArrayBuffer>()
      await eachFile(refs, undefined, async ({ sha256 }, memory) => {
        memories.add(memory)
        most = Math.max(most, ++running)
        await Promise.resolve()
        running--
        done.push(sha256)
      })
      expect(most).toBe(lanes)
      expect(memories.size).toBeLessThanOrEqual(lanes)
      expect(done.sort()).toEqual(refs.map(({ sha256 }) => sha256).sort())
    },
  )

  it('ends with the first failure, once the others have heard of it', async () => {
    const ended: string[] = []
    const work = eachFile(files(5, 1), undefined, async ({ sha256 }, _, signal) => {
      if (sha256 === '1') throw new Error('broken')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended.push(sha256)
    })
    await expect(work).rejects.toThrow('broken')
    expect(ended.sort()).toEqual(['0', '2', '3'])
  })

  it('has nothing to do for no files', async () => {
    await eachFile([], undefined, () => Promise.reject(new Error('never')))
  })
})
