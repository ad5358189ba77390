import type { Pipeline, Signature } from '@homing/protocol'
import {
  createCollector,
  createRecorder,
  type MeasuredCall,
  memoryPending,
  seededRandom,
} from '@homing/sdk/node'

import type { PlannedRow } from '../harness/tried.ts'
import type { Row } from '../harness/row.ts'
import { quantile, round } from '../harness/statistics.ts'

/** What recording one prediction costs. */
export const recordCostRow: PlannedRow = {
  id: 'record-cost',
  unit: 'microseconds per prediction, 32 features, p50',
  target: '<= 20',
}

const features = 32
const warmUp = 20_000
const measured = 40_000
/** Predictions between two hand-overs to the host: a busy page's second. */
const perHandOver = 500
/** Different predictions, so that sketches meet more than a few bins. */
const different = 1_000

/**
 * The time that one prediction of a table with 24 numbers and 8 categories takes in the engine's worker, before and after the
 * pipeline, with its output; and what the host does for it. Hand-overs are told beside: they come a few times a second, however
 * many predictions there were.
 */
export function recordCost(): Row {
  const manifest = { model: 'bench', version: '1.0.0', signature, pipeline }
  const collector = createCollector(manifest)
  const recorder = createRecorder({}, { pending: memoryPending(), time: () => 0 })
  recorder.declare(manifest)
  const calls = callsOf(different)
  const facts = { model: 'bench', version: '1.0.0', variant: 'fp32', backend: 'wasm' } as const
  const [worker, host, handOvers]: [number[], number[], number[]] = [[], [], []]

  for (let at = 0; at < warmUp + measured; at++) {
    const call = calls[at % different]!
    const begun = performance.now()
    collector.add(call)
    const added = performance.now()
    recorder.record({ ...facts, samples: 1, latency: 5 + (at % 7), queue: 1 })
    const recorded = performance.now()
    if (at < warmUp) continue
    worker.push(1000 * (added - begun))
    host.push(1000 * (recorded - added))
    if (at % perHandOver > 0) continue
    const mark = performance.now()
    recorder.measured({ ...facts, ...collector.take() })
    handOvers.push(performance.now() - mark)
  }
  const both = worker.map((time, at) => time + host[at]!)
  return {
    ...recordCostRow,
    ours: quantile(both, 0.5),
    peers: {},
    samples: measured,
    note:
      `Node ${process.versions.node}; engine worker ${round(quantile(worker, 0.5))} (p99 ${round(quantile(worker, 0.99))}), ` +
      `host ${round(quantile(host, 0.5))}; 24 numbers and 8 categories, raw and processed, with correlations and output; ` +
      `a hand-over of all summaries takes ${round(quantile(handOvers, 0.5))} ms, some three times a second`,
  }
}

const columns = Array.from({ length: features }, (_, at) => ({ name: `f${at}`, isNumber: at % 4 !== 3 }))
const words = ['a', 'b', 'c']
const pipeline: Pipeline = {
  inputs: [
    {
      kind: 'table',
      name: 'row',
      tensor: 'x',
      features: columns.map(({ name, isNumber }) =>
        isNumber
          ? { kind: 'number', name, standardise: { mean: 0, std: 2 } }
          : { kind: 'category', name, categories: words, encode: 'one-hot', unseen: 'zeros' },
      ),
    },
  ],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'none', labels: ['no', 'yes'] }],
}
const width = columns.reduce((sum, { isNumber }) => sum + (isNumber ? 1 : words.length), 0)
const signature: Signature = {
  inputs: [{ name: 'x', dtype: 'float32', shape: ['n', width] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 2] }],
}

/** Predictions as the runtime has them once it has answered. */
function callsOf(count: number): MeasuredCall[] {
  const random = seededRandom(1)
  return Array.from({ length: count }, (): MeasuredCall => {
    const values = columns.map(({ isNumber }) =>
      isNumber ? 10 * random() - 5 : words[Math.floor(words.length * random())]!,
    )
    const data = values.flatMap((value) =>
      typeof value === 'number' ? value / 2 : words.map((word) => Number(word === value)),
    )
    const probability = random()
    const label = probability > 0.5 ? 'yes' : 'no'
    const reading = {
      kind: 'classification',
      tensor: 'y',
      label,
      probability,
      probabilities: {},
      top: [],
    } as const
    return {
      inputs: { row: Object.fromEntries(columns.map(({ name }, at) => [name, values[at]!])) },
      tensors: { x: { dtype: 'float32', shape: [1, width], data: Float32Array.from(data) } },
      answer: { samples: [{ readings: [reading] }], outputs: {} },
    }
  })
}
