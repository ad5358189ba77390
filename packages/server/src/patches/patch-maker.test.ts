import { expect, test } from 'vitest'

import { patchMakerContract } from './patch-maker.contract.ts'
import { threadPatchMaker } from './thread-patch-maker.ts'
import { turnsPatchMaker } from './turns-patch-maker.ts'

patchMakerContract('this thread', turnsPatchMaker())
patchMakerContract(
  'a thread of its own',
  threadPatchMaker(new URL('../../test/patch-thread.mjs', import.meta.url)),
)

test('a thread that ends by itself is told of', async () => {
  const maker = threadPatchMaker(new URL('data:text/javascript,process.exit()'))
  const [base, target] = [new Uint8Array(4), new Uint8Array(4)]
  const made = maker.make({ base, target, segments: [] }, new AbortController().signal)
  await expect(made).rejects.toMatchObject({ code: 'WORKER_LOST' })
})
