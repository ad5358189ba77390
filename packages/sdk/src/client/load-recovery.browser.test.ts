import { expect, test } from 'vitest'

import { bias, call, expectRight, faultyEngine } from '../../test/faulty-engines.ts'
import { linearRequest } from '../../test/linear-request.ts'
import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { loadSteps } from '../faults/fault-points.ts'
import type { Model } from './api.ts'

serveEachTest()

/** At which step the first `count` workers of an engine fail. */
interface Subject {
  readonly step: (typeof loadSteps)[number]
  readonly count: 1 | 2
}
const subjects: readonly Subject[] = [
  ...loadSteps.map((step) => ({ step, count: 1 }) as const),
  { step: 'model-loading', count: 2 },
]

/** Each subject on an engine of its own, all at once: hangs are waited for. Gives how often workers were started, too. */
async function openedEach(how: 'killed' | 'hangs'): Promise<(Subject & { model: Model; starts: number })[]> {
  const named = subjects.map((subject) => ({
    ...subject,
    name: `${subject.step}-${subject.count}-${how}`,
    engine: faultyEngine('linear', ({ workers, stopAt }) => {
      if (workers.length <= subject.count) void stopAt(subject.step, how === 'killed') // heard before the worker starts
    }),
  }))
  for (const { name } of named)
    await repository.publish([{ request: linearRequest('1.0.0', bias, { model: name, engine: name }) }])
  const homing = client({
    engines: Object.fromEntries(named.map(({ name, engine }) => [name, engine.make])),
    ...(how === 'hangs' ? { hangLimit: 1_000 } : {}), // of which loading has three
  })
  return Promise.all(
    named.map(async ({ name, engine: { workers }, ...subject }) => {
      const model = await homing.model(name, { backends: ['webgl', 'cpu'] })
      expectRight(await call(model))
      return { ...subject, model, starts: workers.length }
    }),
  )
}

test('at every step of loading, a worker that is killed is followed by another; if it happens again, by the next backend', async () => {
  const killed = await openedEach('killed')
  expect(killed.map(({ starts }) => starts)).toEqual([2, 2, 2, 3])
  expect(killed.map(({ model }) => model.status.backend)).toEqual(['webgl', 'webgl', 'webgl', 'cpu'])
  expect(killed.at(-1)!.model.status).toMatchObject({
    fallbacks: [{ backend: 'webgl', stage: 'load', code: 'WORKER_LOST' }],
  })
})

test('one that hangs is ended, and then the same', async () => {
  const hung = await openedEach('hangs')
  for (const { starts, count } of hung) expect(starts).toBeGreaterThan(count) // a slow machine may look as if it hung
  expect(hung.at(-1)!.model.status).toMatchObject({
    backend: 'cpu',
    fallbacks: [{ backend: 'webgl', stage: 'load', code: 'WORKER_LOST' }],
  })
})
