import { lookupKeyBytes, type Manifest, precisionOf, type Variant } from '@homing/protocol'

import { byteSize } from '../byte-size.ts'
import type { ChannelCoverage } from '../pack/probes/noticed-channels.ts'
import type { Evaluations } from '../pack/proven-sections.ts'
import type { Evaluation } from '../pack/variants/evaluate.ts'

/** By what devices prove that they compute rightly: rows of a table. */
export function describeProbes({ probes }: Manifest, coverage: ChannelCoverage | undefined): string[][] {
  if (!probes) return []
  const { cases, inputs, outputs, tolerance, source } = probes
  const from = source === 'author' ? "its author's framework" : 'this model, run here'
  return [
    ['  probes', `${cases.length}, ${byteSize(inputs.size + outputs.size)}, outputs of ${from}`],
    ...(coverage && coverage.damaged > 0
      ? [['    notice', `${coverage.noticed} of ${coverage.damaged} channels of the wrong sign`]]
      : []),
    ['    tolerance', `${tolerance.absolute}, and ${tolerance.relative} of each value`],
  ]
}

/** What is looked up: rows of a table. */
export function describeLookup({ lookup }: Manifest): string[][] {
  if (!lookup) return []
  const { keys, outputs } = lookup
  return [['  lookup', `${keys.size / lookupKeyBytes} predictions, ${byteSize(keys.size + outputs.size)}`]]
}

/** What each parameter set takes and is worth, beside the first: rows of a table. */
export function describeParameterSets(manifest: Manifest, evaluations: Evaluations): string[][] {
  const { variants = [] } = manifest
  if (variants.length === 0) return []
  const own = precisionOf(manifest)
  const reference = evaluations[own]
  const row = (
    precision: Variant['precision'],
    { graph, parameters }: Pick<Variant, 'graph' | 'parameters'>,
  ) => {
    const found = evaluations[precision]
    const worth = found ? `, ${describeEvaluation(found, precision === own ? undefined : reference)}` : ''
    return [`  ${precision}`, `${byteSize(graph.size + parameters.size)}${worth}`]
  }
  return [row(own, manifest), ...variants.map((variant) => row(variant.precision, variant))]
}

function describeEvaluation(
  { metric, value, examples }: Evaluation,
  reference: Evaluation | undefined,
): string {
  const isShare = metric === 'accuracy'
  const shown = (number: number): string =>
    isShare ? `${(100 * number).toFixed(2)}%` : number.toPrecision(4)
  const change = reference && value - reference.value
  const cost = change === undefined ? '' : ` (${change < 0 ? '-' : '+'}${shown(Math.abs(change))})`
  return `${metric} ${shown(value)}${cost} on ${examples} ${examples === 1 ? 'example' : 'examples'}`
}
