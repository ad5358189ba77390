import { featureColumns } from '@homing/pipeline'
import { HomingError, type TableInput, type Tensor } from '@homing/protocol'

import type { ShapleyExplanation } from '../explanation-api.ts'
import type { Tensors } from '../engine.ts'
import { baselineRow } from './baselines.ts'
import { coalitionRows } from './coalition-rows.ts'
import { completenessOf } from './completeness.ts'
import { defaultSamples, elementsAtOnce, rowsAtOnce } from './config.ts'
import type { ExplainContext } from './explain-context.ts'
import { explainedNumber } from './explained-number.ts'
import { repeatTensor } from './repeat-tensor.ts'
import { sampledShapley } from './sampled-shapley.ts'
import { seededPermutations } from './seeded-permutations.ts'

/** An explanation without what every reply tells. */
export type ExplainedRow = Omit<ShapleyExplanation, 'version' | 'backend' | 'timings'>

/**
 * Explains a row of `table` by sampled Shapley values. The players are the features as they are passed, before encoding;
 * those that leave the encoded row as the baseline has it change nothing and are not drawn. Other inputs stay as they are.
 */
export async function explainRow(context: ExplainContext, table: TableInput): Promise<ExplainedRow> {
  const { version, settings, inputs, given, onEngine } = context
  const { manifest, session } = version
  const row = baselineRow(manifest, table, given)
  const point = context.encode(inputs)
  const baseline = context.encode({ ...inputs, [table.name]: row })
  const to = oneRow(table, point[table.tensor]!)
  const from = oneRow(table, baseline[table.tensor]!)

  const tensor = outputOf(context)
  const answer = (await onEngine(() => session.run(point)))[tensor]!
  const explained = explainedNumber(manifest.pipeline, tensor, answer, settings)
  const output = explained.of(answer)[0]!
  const baselineOutput = explained.of((await onEngine(() => session.run(baseline)))[tensor]!)[0]!

  const columns = featureColumns(table)
  const players = columns.filter(({ first, width }) =>
    to.subarray(first, first + width).some((value, i) => value !== from[first + i]),
  )
  const { batch, fixed } = batchOf(context, table, to.length)
  const pairs = Math.max(2, Math.ceil((settings.samples ?? defaultSamples) / 2))
  const { values, standardErrors } = await sampledShapley({
    players: players.length,
    none: baselineOutput,
    all: output,
    pairs,
    pairsAtOnce: Math.max(1, Math.ceil(batch / (2 * Math.max(1, players.length - 1)))),
    nextOrder: seededPermutations(settings.seed ?? 0, players.length),
    async valuesAlong(orders) {
      const along = orders.map(() => new Float64Array(Math.max(0, players.length - 1)))
      for (const rows of coalitionRows({ from, to, players, orders, batch, fixed })) {
        const outputs = await onEngine(() => session.run(withRows(context, point, table, rows.data)))
        const numbers = explained.of(outputs[tensor]!)
        rows.places.forEach(({ order, place }, i) => (along[order]![place] = numbers[i]!))
      }
      return along
    },
  })
  const byFeature = (numbers: Float64Array): Record<string, number> => {
    const given = new Map(players.map(({ feature }, i) => [feature.name, numbers[i]!]))
    return Object.fromEntries(table.features.map(({ name }) => [name, given.get(name) ?? 0]))
  }
  const { label, unit } = explained
  return {
    method: 'sampled-shapley',
    ...(label === undefined ? {} : { label }),
    ...(unit === undefined ? {} : { unit }),
    output,
    baselineOutput,
    completeness: completenessOf(values, output - baselineOutput),
    samples: 2 * pairs,
    attributions: byFeature(values),
    standardErrors: byFeature(standardErrors),
    baseline: row,
  }
}

function oneRow({ name }: TableInput, { shape, data }: Tensor): Float32Array {
  if (shape[0] === 1) return data as Float32Array
  throw new HomingError(
    'INPUT_SHAPE',
    `One row of "${name}" is explained at a time, and ${shape[0]} were passed.`,
    {
      details: { name },
    },
  )
}

/** The output that the manifest wants explained, else the first that the pipeline reads, else the first. */
function outputOf({ version }: ExplainContext): string {
  const { explanation, pipeline, signature } = version.manifest
  return explanation?.output.name ?? pipeline?.outputs[0]?.tensor ?? signature.outputs[0]!.name
}

/** How many rows the model takes at once; `fixed`: never fewer. */
function batchOf(
  { version }: ExplainContext,
  { tensor }: TableInput,
  columns: number,
): { batch: number; fixed: boolean } {
  const rows = version.manifest.signature.inputs.find(({ name }) => name === tensor)!.shape[0]
  if (typeof rows === 'number') return { batch: rows, fixed: true }
  return { batch: Math.min(rowsAtOnce, Math.max(1, Math.floor(elementsAtOnce / columns))), fixed: false }
}

/** The inputs of one call: these rows, and what else the model takes, once for each where it has as many. */
function withRows(
  { version }: ExplainContext,
  point: Tensors,
  table: TableInput,
  data: Float32Array,
): Tensors {
  const { inputs } = version.manifest.signature
  const dimension = inputs.find(({ name }) => name === table.tensor)!.shape[0]
  const columns = point[table.tensor]!.shape[1]!
  const rows = data.length / columns
  const tensors = inputs.map(({ name, shape }): [string, Tensor] => {
    const tensor = point[name]!
    if (name === table.tensor) return [name, { dtype: 'float32', shape: [rows, columns], data }]
    return [
      name,
      shape[0] === dimension ? repeatTensor(tensor, rows, [rows, ...tensor.shape.slice(1)]) : tensor,
    ]
  })
  return Object.fromEntries(tensors)
}
