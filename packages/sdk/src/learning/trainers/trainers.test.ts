import { describe, expect, it } from 'vitest'

import { fixtureNames, onnxTraining, tfjsTraining, trace } from '../../../test/tiny-training.ts'
import { trainerContract } from '../../../test/trainer-contract.ts'
import { onnxTrainers } from './onnx-trainer.ts'
import { tfjsTrainers } from './tfjs-trainer.ts'

const onnx = onnxTrainers({ threads: 1 })
const tfjs = tfjsTrainers({})

trainerContract({ library: onnx, backend: 'wasm', files: onnxTraining, prefix: '' })
trainerContract({ library: tfjs, backend: 'cpu', files: tfjsTraining, prefix: 'dense/' })

describe.each(fixtureNames)('the step "%s"', (name) => {
  it('is the same on both engines', async () => {
    const one = await onnx.open('wasm', onnxTraining(name))
    const other = await tfjs.open('cpu', tfjsTraining(name))
    const [a, b] = [await trace(one, name), await trace(other, name)]
    for (const [step, report] of a.reports.entries()) {
      expect(b.reports[step]!.loss).toBeCloseTo(report.loss, 4)
      expect(Object.keys(b.reports[step]!.metrics)).toEqual(Object.keys(report.metrics))
      for (const [figure, value] of Object.entries(report.metrics))
        expect(b.reports[step]!.metrics[figure]).toBeCloseTo(value, 4)
    }
    expect(Object.keys(b.tensors)).toEqual(Object.keys(a.tensors).map((tensor) => `dense/${tensor}`))
    for (const [tensor, { data }] of Object.entries(a.tensors)) {
      const twin = b.tensors[`dense/${tensor}`]!
      for (const [i, value] of data.entries()) expect(twin.data[i]).toBeCloseTo(Number(value), 4)
    }
    await one.release()
    await other.release()
  })
})
