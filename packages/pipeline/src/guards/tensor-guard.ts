import type { InputGuard, Tensor, TensorSpec } from '@homing/protocol'

import { numbersOf } from '../output/numbers-of.ts'
import { refusePipeline } from '../refuse-pipeline.ts'
import type { Finding } from './guard-hit.ts'
import { checkRange, outsideRange } from './number-range.ts'
import { sampleParts } from './sample-parts.ts'

/**
 * Looks at the numbers, or words, of an input's tensor.
 * @throws HomingError PIPELINE_INVALID when the guard does not fit the tensor.
 */
export function tensorGuard(
  guard: InputGuard,
  spec: TensorSpec,
  path: string,
): (tensor: Tensor) => Finding[] {
  const words = spec.dtype === 'string'
  if (guard.kind === 'range') {
    if (words) refusePipeline(path, 'a range needs numbers')
    checkRange(guard, path)
  } else if (guard.values.some((value) => (typeof value === 'string') !== words)) {
    refusePipeline(`${path}.values`, `"${spec.name}" holds ${words ? 'words' : 'numbers'}`)
  }
  const allowed = new Set<unknown>(guard.kind === 'set' ? guard.values : [])

  return (tensor) => {
    const values = tensor.dtype === 'string' ? tensor.data : numbersOf(tensor)
    return sampleParts(spec, tensor).flatMap(({ start, end, ...where }): Finding[] => {
      const part = values.slice(start, end)
      const found =
        guard.kind === 'range'
          ? outsideRange(part as Float64Array, guard)
          : Array.from<number | string>(part).find((value) => !allowed.has(value))
      return found === undefined ? [] : [{ ...where, found }]
    })
  }
}
