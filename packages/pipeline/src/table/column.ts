import type { Feature } from '@homing/protocol'
import { HomingError } from '@homing/protocol'

import type { PipelineContext, Row } from '../pipeline-input.ts'
import { refusePipeline } from '../refuse-pipeline.ts'
import { type CheckRunner, checkRunner } from './check-runner.ts'
import { widthOf } from './feature-columns.ts'
import { givenValue } from './given-value.ts'
import { refuseValue } from './refuse-value.ts'

type CategoryFeature = Extract<Feature, { kind: 'category' }>
type NumberFeature = Exclude<Feature, CategoryFeature>

/** One feature ready to run: how many columns it fills, and the function that fills them. */
export interface Column {
  readonly feature: Feature
  readonly width: number
  readonly write: (
    values: Row,
    row: number,
    target: Float32Array,
    at: number,
    context: PipelineContext | undefined,
  ) => void
}

/** @throws HomingError PIPELINE_INVALID when the feature contradicts itself. */
export function columnOf(feature: Feature, features: readonly Feature[], path: string): Column {
  const checks = (feature.checks ?? []).map((check, index) =>
    checkRunner(feature, check, features, `${path}.checks.${index}`),
  )
  return feature.kind === 'category'
    ? categoryColumn(feature, checks, path)
    : numberColumn(feature, checks, path)
}

function numberColumn(feature: NumberFeature, checks: readonly CheckRunner[], path: string): Column {
  const { name, impute, standardise } = feature
  if (feature.kind === 'window' && feature.field === undefined && feature.aggregate !== 'count') {
    refusePipeline(path, `"${feature.aggregate}" needs a field`)
  }
  return {
    feature,
    width: 1,
    write(values, row, target, at, context) {
      let value = givenValue(feature, values, context)
      if (value === undefined || value === null || Number.isNaN(value)) {
        value = impute ?? refuseMissing(feature, row, value)
      } else if (typeof value !== 'number') {
        refuseType(name, row, 'a number', value)
      } else {
        for (const check of checks) check(value, row, values)
      }
      const result = Math.fround(standardise ? (value - standardise.mean) / standardise.std : value)
      if (!Number.isFinite(result)) {
        refuseValue(name, row, 'finite', `is ${value}, which is no finite float32`)
      }
      target[at] = result
    },
  }
}

function categoryColumn(feature: CategoryFeature, checks: readonly CheckRunner[], path: string): Column {
  const { name, categories, encode, unseen, impute } = feature
  const positions = new Map(categories.map((word, index) => [word, index]))
  if (positions.size !== categories.length) refusePipeline(`${path}.categories`, 'a category is listed twice')
  if (impute !== undefined && unseen === 'refuse' && !positions.has(impute)) {
    refusePipeline(`${path}.impute`, `"${impute}" is not a category`)
  }
  const other = unseen === 'other' ? categories.length : -1
  return {
    feature,
    width: widthOf(feature),
    write(values, row, target, at) {
      let value = givenValue(feature, values, undefined)
      if (value === undefined || value === null || Number.isNaN(value)) {
        value = impute ?? refuseMissing(feature, row, value)
      } else if (typeof value !== 'string') {
        refuseType(name, row, 'a string', value)
      } else {
        for (const check of checks) check(value, row, values)
      }
      const known = positions.get(value)
      if (known === undefined && unseen === 'refuse') {
        refuseValue(name, row, 'category', 'is a category that the model does not know')
      }
      const position = known ?? other
      if (encode === 'index') target[at] = position
      else if (position >= 0) target[at + position] = 1
    },
  }
}

function refuseMissing(feature: Feature, row: number, value: Row[string]): never {
  if (value === undefined && feature.kind !== 'window') {
    throw new HomingError('INPUT_NAME', `Feature "${feature.name}" of row ${row} is missing`, {
      details: { feature: feature.name, row },
    })
  }
  return refuseValue(feature.name, row, 'missing', 'has no value, and the pipeline imputes none')
}

function refuseType(feature: string, row: number, expected: string, value: unknown): never {
  throw new HomingError(
    'INPUT_DTYPE',
    `Feature "${feature}" of row ${row} must be ${expected}, and is a ${typeof value}`,
    {
      details: { feature, row, expected },
    },
  )
}
