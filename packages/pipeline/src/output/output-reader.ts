import { HomingError, type OutputReading, type Tensor, type TensorSpec } from '@homing/protocol'

import { refusePipeline } from '../refuse-pipeline.ts'
import { classificationReader } from './classification.ts'
import { numbersOf } from './numbers-of.ts'
import type { Reading } from './reading.ts'
import { regressionReader } from './regression.ts'

/**
 * A function from an output tensor to one reading per sample. A sample is as many values as there are labels (one for
 * a regression), so [N, L], [L] and [N, L, 1, 1] are read alike.
 * @throws HomingError PIPELINE_INVALID when the tensor cannot have that many values per sample.
 */
export function outputReader(
  reading: OutputReading,
  spec: TensorSpec,
  path: string,
): (tensor: Tensor) => readonly Reading[] {
  const width = reading.kind === 'classification' ? reading.labels.length : 1
  if (spec.dtype === 'string') refusePipeline(`${path}.tensor`, `"${spec.name}" holds strings`)
  checkWidth(spec, width, path)
  const read =
    reading.kind === 'classification' ? classificationReader(reading, path) : regressionReader(reading, path)

  return (tensor) => {
    const numbers = numbersOf(tensor)
    if (numbers.length % width !== 0) {
      throw new HomingError(
        'PIPELINE_INVALID',
        `Output "${spec.name}" holds ${numbers.length} values, which is no multiple of ${width}`,
        {
          details: { path, shape: tensor.shape },
        },
      )
    }
    return Array.from({ length: numbers.length / width }, (_, sample) =>
      read(numbers.subarray(sample * width, (sample + 1) * width)),
    )
  }
}

function checkWidth(spec: TensorSpec, width: number, path: string): void {
  const inner = spec.shape.length > 1 ? spec.shape.slice(1) : spec.shape
  // A vector of unknown meaning: [L] is one sample of L labels, [N] is N samples of one value.
  if (spec.shape.length <= 1 && width === 1) return
  const fixed = inner.filter((dim) => typeof dim === 'number')
  const product = fixed.reduce((size, dim) => size * dim, 1)
  if (fixed.length === inner.length ? product !== width : product === 0 || width % product !== 0) {
    refusePipeline(
      path,
      `it reads ${width} values per sample, and "${spec.name}" has the shape [${spec.shape.join(', ')}]`,
    )
  }
}
