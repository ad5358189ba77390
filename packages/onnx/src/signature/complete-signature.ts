import { HomingError, type Signature } from '@homing/protocol'

import type { Dim } from '../builder/value-info.ts'
import type { ModelSignature, ModelTensor } from './read-signature.ts'

/**
 * A manifest's signature of what the file tells, with `shapes` (by tensor name) for the ranks that it leaves open,
 * such as those seen when the model was run once.
 * @throws HomingError ONNX_UNSUPPORTED naming a tensor whose rank stays unknown.
 */
export function completeSignature(
  { inputs, outputs }: ModelSignature,
  shapes: Readonly<Record<string, readonly Dim[]>> = {},
): Signature {
  const complete = ({ name, dtype, shape }: ModelTensor): Signature['inputs'][number] => {
    const found = shape ?? (Object.hasOwn(shapes, name) ? shapes[name] : undefined)
    if (found) return { name, dtype, shape: [...found] }
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      `The file does not tell how many dimensions "${name}" has: export the model with shapes, or run shape inference on it`,
      { details: { name } },
    )
  }
  return { inputs: inputs.map(complete), outputs: outputs.map(complete) }
}
