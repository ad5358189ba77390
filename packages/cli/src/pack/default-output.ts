import { HomingError, type Pipeline, type Signature } from '@homing/protocol'

/**
 * The output that is trained or explained where the publisher names none: the one that the pipeline reads first, else
 * the first of floating-point numbers.
 * @throws HomingError CONFIG_INVALID
 */
export function defaultOutput({ outputs }: Signature, pipeline: Pipeline | undefined): string {
  const found = pipeline?.outputs[0]?.tensor ?? outputs.find(({ dtype }) => dtype.startsWith('float'))?.name
  if (found !== undefined) return found
  throw new HomingError('CONFIG_INVALID', 'The model has no output of floating-point numbers')
}
