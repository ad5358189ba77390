import type { RunningAverage } from '../batch-statistics.ts'
import type { Emitter, ShapedValue } from '../emitter.ts'

/** The running average after a batch whose statistic is `current`. */
export function movedAverage(
  emit: Emitter,
  old: ShapedValue,
  current: ShapedValue,
  { momentum }: RunningAverage,
): ShapedValue {
  const fresh = emit.reshape(current, old.shape)
  return emit.binary('Add', emit.binary('Mul', old, momentum), emit.binary('Mul', fresh, 1 - momentum))
}
