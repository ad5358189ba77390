import { interleaved } from '../harness/interleaved.ts'
import type { Row } from '../harness/row.ts'
import { inWords, summarise } from '../harness/statistics.ts'
import type { Host } from './host.ts'
import { settle } from './settle.ts'

const sampleTime = 150 // milliseconds
const samples = 30

/** What a training step of digits costs beside its forward pass alone, on the host where that is most. */
export async function stepVersusForward(hosts: readonly Host[]): Promise<Row> {
  const measured = []
  for (const host of hosts) {
    const contest = await host.open('cnn')
    try {
      await settle(contest, 'step')
      await settle(contest, 'forward')
      const { step, forward } = await interleaved(
        {
          step: () => contest.sample('step', sampleTime),
          forward: () => contest.sample('forward', sampleTime),
        },
        samples,
      )
      const [longer, shorter] = [summarise(step), summarise(forward)]
      measured.push({
        ratio: longer.median / shorter.median,
        forward: [`forward, ${host.name}`, shorter.median] as const,
        words: `${host.name}: step ${inWords(longer, 'ms')}, forward ${inWords(shorter, 'ms')}`,
      })
    } finally {
      await contest.close()
    }
  }
  return {
    id: 'step-vs-forward',
    unit: 'ratio',
    ours: Math.max(...measured.map(({ ratio }) => ratio)),
    target: '<= 3.5',
    peers: Object.fromEntries(measured.map(({ forward }) => forward)),
    samples,
    note: `digits 1.1.0, batch 64, wasm, 1 thread, momentum; p50 and quartiles. ${measured.map(({ words }) => words).join('. ')}`,
  }
}
