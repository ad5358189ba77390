import type { MeasuredOutput } from '@homing/protocol'
import { addProjection, emptyProjection, type Projection, projectionToWire, projectorOf } from '@homing/stats'

import type { Disguise } from './disguise.ts'
import type { OutputMeter } from './output-meter.ts'

/** Measures embeddings by projections to a few random directions, from which none can be told. Not disguised: then not at all. */
export function embeddingMeter(
  output: string,
  { seed, dimensions }: Pick<Extract<MeasuredOutput, { kind: 'embedding' }>, 'seed' | 'dimensions'>,
  size: number | undefined,
  disguise?: Disguise,
): OutputMeter {
  let projection: Projection | undefined
  let [count, nonFinite] = [0, 0]
  return {
    add({ outputs }) {
      const tensor = Object.hasOwn(outputs, output) ? outputs[output] : undefined
      if (disguise || !tensor || (tensor.dtype !== 'float32' && tensor.dtype !== 'float64')) return
      const inputs = size ?? tensor.shape.at(-1) ?? 0
      if (inputs < 1 || (projection && projection.projector.inputs !== inputs)) return
      projection ??= emptyProjection(projectorOf({ seed, inputs, dimensions }))
      for (let start = 0; start + inputs <= tensor.data.length; start += inputs) {
        count += 1
        if (!addProjection(projection, tensor.data, start)) nonFinite += 1
      }
    },
    take() {
      if (count === 0 || !projection) return undefined
      const sums = projectionToWire(projection)
      const taken = { kind: 'embedding' as const, count, nonFinite, ...(sums && { projection: sums }) }
      projection = emptyProjection(projection.projector)
      count = nonFinite = 0
      return taken
    },
  }
}
