import type { Manifest } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { denseOnnxRequest, floats } from '../../../test/tiny-packages.ts'
import type { PredictReply, Reading } from '../runtime-api.ts'
import { versionGuards } from './version-guards.ts'

const labels = ['a', 'b', 'c']
const { manifest } = denseOnnxRequest([], {
  pipeline: {
    inputs: [],
    outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels }],
  },
})
const guarded: Manifest = {
  ...manifest,
  guards: {
    inputs: [
      { kind: 'range', input: 'x', max: 1, then: 'abstain' },
      { kind: 'range', input: 'x', min: -1, then: 'fallback' },
    ],
    outputs: [{ kind: 'range', output: 'y', max: 0.5, then: 'mark' }],
    fallback: { kind: 'value', value: 7 },
  },
}
const guards = versionGuards(guarded)

interface Sample {
  readonly input: number
  readonly output: number
}
const wanted = ({ input, output }: Sample): string | undefined =>
  input > 1 ? 'abstained' : input < -1 ? 'fallback' : output > 0.5 ? 'marked' : undefined

/** A reply as the engine and the pipeline give it, which know no guards. */
function replyOf(samples: readonly Sample[]): PredictReply {
  const readings = samples.map((_, index): Reading => ({ label: `${index}`, probability: 0.9, readings: [] }))
  return {
    ...readings[0]!,
    ...(readings.length > 1 ? { samples: readings } : {}),
    outputs: {
      y: floats(
        samples.flatMap(({ output }) => [output, output, output]),
        [samples.length, 3],
      ),
    },
    version: '1.0.0',
    backend: 'wasm',
    timings: { queue: 0, encode: 0, run: 1, decode: 0 },
  }
}

test('each sample is withheld, replaced, marked or left as its own guards say, whatever its neighbours', () => {
  const value = fc.float({ min: -2, max: 2, noNaN: true })
  const batch = fc.array(fc.record({ input: value, output: value }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(batch, (samples) => {
      const x = floats(
        samples.flatMap(({ input }) => [input, 0, 0, 0]),
        [samples.length, 4],
      )
      const hits = guards.inputs({ x }, { x }, { now: 0, events: () => [] })
      const outcomes = samples.map(wanted)
      const withheld = outcomes.map((outcome) => outcome === 'abstained' || outcome === 'fallback')
      expect(guards.withholdsAll(hits, samples.length)).toBe(withheld.every(Boolean))

      const before = replyOf(samples)
      const reply = guards.judge(before, hits)
      const told = reply.samples ?? [reply]
      expect(told).toHaveLength(samples.length)
      told.forEach((sample, index) => {
        expect(sample.guard?.outcome).toBe(outcomes[index])
        expect(sample.label).toBe(withheld[index] ? undefined : `${index}`)
        expect(sample.probability).toBe(withheld[index] ? undefined : 0.9)
        expect(sample.value).toBe(outcomes[index] === 'fallback' ? 7 : undefined)
      })
      const y = reply.outputs['y']
      if (withheld.every(Boolean)) expect(reply.outputs).toEqual({})
      else
        samples.forEach(({ output }, index) =>
          expect([...y!.data.slice(index * 3, index * 3 + 3)]).toEqual(
            Array(3).fill(withheld[index] ? NaN : output),
          ),
        )
      expect(before).toEqual(replyOf(samples)) // a shared run's arrays are not written to
    }),
  )
})

test('a call whose inputs withhold every sample is told without a run', () => {
  const nothing: PredictReply = {
    outputs: {},
    version: '1.0.0',
    backend: 'wasm',
    timings: { queue: 0, encode: 0, run: 0, decode: 0 },
  }
  const x = floats([9, 0, 0, 0, 9, 0, 0, 0], [2, 4])
  const { samples, guard } = guards.judge(nothing, guards.inputs({ x }, { x }, { now: 0, events: () => [] }))
  expect(samples?.map((sample) => sample.guard?.outcome)).toEqual(['abstained', 'abstained'])
  expect(guard?.hits).toHaveLength(2)
})
