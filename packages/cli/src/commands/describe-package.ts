import type { Manifest, TensorSpec } from '@homing/protocol'

import { byteSize } from '../byte-size.ts'
import type { PackResult } from '../pack/pack.ts'
import { table } from '../table.ts'
import { describeBaseline } from './describe-baseline.ts'
import { describeComposition } from './describe-composition.ts'
import { describeLookup, describeParameterSets, describeProbes } from './describe-proof.ts'
import { describeExplanation, describeTraining } from './describe-sections.ts'

/** What was packed, in lines for people. */
export function describePackage(result: PackResult): string[] {
  const { folder, manifest, file, cpuOperators, evaluations, coverage } = result
  const { model, version, parent, engine, graph, parameters, signature } = manifest
  const largest = Math.max(0, ...parameters.shards.map(({ size }) => size))
  return [
    `${model} ${version}${parent === undefined ? '' : ` from ${parent}`} in ${folder}`,
    ...table([
      ['  engine', engine],
      ['  graph', byteSize(graph.size)],
      ['  tensors', `${parameters.tensors.length}, ${byteSize(parameters.size)}`],
      ['  shards', `${parameters.shards.length}, the largest ${byteSize(largest)}`],
      ...signature.inputs.map((spec) => ['  input', describeSpec(spec)]),
      ...signature.outputs.map((spec) => ['  output', describeSpec(spec)]),
      ['  pipeline', describePipeline(manifest)],
      ...describeTraining(manifest, cpuOperators),
      ...describeExplanation(manifest, cpuOperators),
      ...describeComposition(manifest),
      ...describeProbes(manifest, coverage),
      ...describeLookup(manifest),
      ...describeParameterSets(manifest, evaluations),
      ...describeBaseline(result),
      ['  manifest', file.sha256],
    ]),
  ]
}

function describeSpec({ name, dtype, shape, finite }: TensorSpec): string {
  return `${name}  ${dtype} [${shape.join(', ')}]${finite ? ', finite' : ''}`
}

function describePipeline({ pipeline }: Manifest): string {
  if (!pipeline) return 'none: callers pass tensors'
  const inputs = pipeline.inputs.map(({ kind, name }) => `${name} (${kind})`)
  const outputs = pipeline.outputs.map(({ kind, tensor }) => `${tensor} (${kind})`)
  return `${inputs.join(', ') || 'tensors'} -> ${outputs.join(', ') || 'tensors'}`
}
