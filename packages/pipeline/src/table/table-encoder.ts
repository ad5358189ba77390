import { HomingError, type TableInput, type Tensor, type TensorSpec } from '@homing/protocol'

import type { PipelineContext, Row } from '../pipeline-input.ts'
import { refusePipeline } from '../refuse-pipeline.ts'
import { columnOf } from './column.ts'

/**
 * A function from one row, or an array of rows, to the float32 tensor [rows, columns] of `spec`.
 * @throws HomingError PIPELINE_INVALID when the features do not fit.
 */
export function tableEncoder(
  input: TableInput,
  spec: TensorSpec,
  path: string,
): (value: unknown, context?: PipelineContext) => Tensor {
  const { name, features } = input
  const known = new Set(features.map((feature) => feature.name))
  if (known.size !== features.length) refusePipeline(`${path}.features`, 'a feature is named twice')
  const columns = features.map((feature, index) => columnOf(feature, features, `${path}.features.${index}`))
  const width = columns.reduce((sum, column) => sum + column.width, 0)
  checkTarget(spec, width, path)

  return (value, context) => {
    const rows: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (rows.length === 0)
      throw new HomingError('INPUT_SHAPE', `Input "${name}" takes one or more rows, and got none`, {
        details: { name },
      })
    const data = new Float32Array(rows.length * width)
    let at = 0
    for (const [index, row] of rows.entries()) {
      checkRow(name, row, index, known)
      for (const column of columns) {
        column.write(row, index, data, at, context)
        at += column.width
      }
    }
    return { dtype: 'float32', shape: [rows.length, width], data }
  }
}

function checkTarget(spec: TensorSpec, width: number, path: string): void {
  if (spec.dtype !== 'float32')
    refusePipeline(`${path}.tensor`, `tables become float32, and "${spec.name}" is ${spec.dtype}`)
  if (spec.shape.length !== 2)
    refusePipeline(
      `${path}.tensor`,
      `tables become tensors of rank 2, and "${spec.name}" has rank ${spec.shape.length}`,
    )
  const columns = spec.shape[1]
  if (typeof columns === 'number' && columns !== width) {
    refusePipeline(
      `${path}.features`,
      `they give ${width} columns, and tensor "${spec.name}" needs ${columns}`,
    )
  }
}

function checkRow(name: string, row: unknown, index: number, known: ReadonlySet<string>): asserts row is Row {
  if (typeof row !== 'object' || row === null || Array.isArray(row) || ArrayBuffer.isView(row)) {
    throw new HomingError(
      'INPUT_DTYPE',
      `Row ${index} of input "${name}" must be an object with a value for each feature`,
      {
        details: { name, row: index },
      },
    )
  }
  for (const feature of Object.keys(row)) {
    if (!known.has(feature)) {
      throw new HomingError(
        'INPUT_NAME',
        `Input "${name}" has no feature "${feature}"; it has ${[...known].join(', ')}`,
        {
          details: { feature, row: index, expected: [...known] },
        },
      )
    }
  }
}
