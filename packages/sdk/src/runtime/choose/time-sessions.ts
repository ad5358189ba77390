import { since } from '../clock.ts'
import { timingBudget, timingRounds } from '../config.ts'
import type { EngineSession, Tensors } from '../engine.ts'
import type { Turns } from '../turns.ts'

/**
 * The median milliseconds of a run of each session on the same inputs. The sessions take turns in every round, so that what
 * disturbs one disturbs all; the first round warms up and does not count. Other calls run in between.
 */
export async function timeSessions(
  sessions: readonly Pick<EngineSession, 'run'>[],
  inputs: Tensors,
  turns: Turns,
): Promise<number[]> {
  const times = sessions.map((): number[] => [])
  const runAll = (note: (index: number, time: number) => void): Promise<void> =>
    sessions.reduce(async (before, session, index) => {
      await before
      await turns(async () => {
        const mark = performance.now()
        await session.run(inputs)
        note(index, since(mark))
      })
    }, Promise.resolve())

  await runAll(() => undefined)
  const began = performance.now()
  for (let round = 0; round < timingRounds && (round === 0 || since(began) < timingBudget); round++)
    await runAll((index, time) => times[index]!.push(time))
  return times.map(median)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
