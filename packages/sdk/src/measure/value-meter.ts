import type { Disguise } from './disguise.ts'
import { numberMeter } from './number-meter.ts'
import type { OutputMeter } from './output-meter.ts'

/** Measures a number that the pipeline reads, or the first of an output that it does not. */
export function valueMeter(
  tensor: string,
  edges: readonly number[] | undefined,
  disguise?: Disguise,
): OutputMeter {
  const meter = numberMeter(edges, disguise)
  return {
    add({ samples, outputs }) {
      let read = false
      for (const { readings } of samples)
        for (const reading of readings) {
          if (reading.kind !== 'regression' || reading.tensor !== tensor) continue
          meter.add(reading.value)
          read = true
        }
      const data = read || !Object.hasOwn(outputs, tensor) ? undefined : outputs[tensor]?.data
      if (data && !Array.isArray(data) && data.length > 0) meter.add(Number(data[0]))
    },
    take() {
      const taken = meter.take()
      if (!taken) return undefined
      const { kind: _kind, mismatched: _mismatched, failed: _failed, missing, nonFinite, ...rest } = taken
      return { kind: 'value', ...rest, nonFinite: nonFinite + missing }
    },
  }
}
