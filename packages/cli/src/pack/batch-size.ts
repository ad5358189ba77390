import { HomingError, type TensorSpec } from '@homing/protocol'

/**
 * Examples at once: what was asked for, else `otherwise`, where the model takes any number; else the number it takes.
 * @throws HomingError CONFIG_INVALID when the model takes another number than was asked for.
 */
export function batchSize(
  inputs: readonly TensorSpec[],
  asked: number | undefined,
  otherwise: number,
): number {
  const first = inputs.flatMap(({ shape }) => shape.slice(0, 1))
  if (first.some((dim) => typeof dim === 'string')) return asked ?? otherwise
  const fixed = first.find((dim) => typeof dim === 'number') ?? 1
  if (asked === undefined || asked === fixed) return fixed
  throw new HomingError(
    'CONFIG_INVALID',
    `The model takes batches of ${fixed} alone, not of ${asked}: export it with a dynamic first dimension`,
  )
}
