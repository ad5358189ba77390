import type { PipelineInput } from '@homing/pipeline'
import { HomingError, type Tensor } from '@homing/protocol'

import type { Tensors } from '../engine.ts'
import type { GradientExplanation } from '../explanation-api.ts'
import { attributionMaps } from './attribution-maps.ts'
import { baselineImage, baselineTensor } from './baselines.ts'
import { completenessOf } from './completeness.ts'
import { defaultSteps } from './config.ts'
import type { ExplainContext } from './explain-context.ts'
import { explainedNumber } from './explained-number.ts'
import { gaussLegendre, inParts } from './gauss-legendre.ts'
import type { GradientSource } from './gradient-source.ts'
import { integratedGradients, type Vectors } from './integrated-gradients.ts'
import { repeatTensor } from './repeat-tensor.ts'

/** An explanation without what every reply tells. */
export type ExplainedTensors = Omit<GradientExplanation, 'version' | 'backend' | 'timings'>

/** Explains images and tensors by integrated gradients. Inputs without gradient stay as they are. */
export async function explainTensors(
  context: ExplainContext,
  source: GradientSource,
): Promise<ExplainedTensors> {
  const { version, settings, onEngine } = context
  const { manifest, session } = version
  const point = context.encode(context.inputs)
  const baseline = context.encode(baselineInputs(context, source, point))
  requireSameShapes(point, baseline)
  const layout = source.layoutFor(point)

  const answer = (await onEngine(() => session.run(point)))[source.output]!
  const from = (await onEngine(() => session.run(baseline)))[source.output]!
  const explained = explainedNumber(manifest.pipeline, source.output, answer, settings)
  const [output, baselineOutput] = [explained.of(answer)[0]!, explained.of(from)[0]!]

  const held = Object.entries(point)
    .filter(([name]) => !source.inputs.includes(name))
    .map(([name, tensor]) => [name, repeatTensor(tensor, layout.points, layout.shapes[name]!)] as const)
  const batches = Math.ceil((settings.steps ?? defaultSteps) / layout.points)
  const attributions = await integratedGradients({
    input: vectorsOf(point, source.inputs),
    baseline: vectorsOf(baseline, source.inputs),
    path: inParts(gaussLegendre(layout.points), batches),
    batch: layout.points,
    gradientsAt(points) {
      const tensors = source.inputs.map((name) => {
        const { dtype } = point[name]!
        return [name, { dtype, shape: layout.shapes[name]!, data: points[name]! } as Tensor] as const
      })
      return onEngine(() => source.gradientsAt(Object.fromEntries([...held, ...tensors]), explained.weights))
    },
  })
  const { label, unit } = explained
  return {
    method: 'integrated-gradients',
    ...(label === undefined ? {} : { label }),
    ...(unit === undefined ? {} : { unit }),
    output,
    baselineOutput,
    completeness: completenessOf(
      source.inputs.flatMap((name) => [...attributions[name]!]),
      output - baselineOutput,
    ),
    steps: batches * layout.points,
    attributions: Object.fromEntries(
      source.inputs.map((name) => [name, asTensor(attributions[name]!, point[name]!.shape)]),
    ),
    maps: attributionMaps(
      manifest.pipeline,
      context.inputs,
      Object.fromEntries(
        source.inputs.map((name) => [name, { values: attributions[name]!, shape: point[name]!.shape }]),
      ),
    ),
  }
}

/** The inputs of the call, those with gradients replaced by what they are compared with. */
function baselineInputs(
  { version, inputs, given }: ExplainContext,
  source: GradientSource,
  point: Tensors,
): Record<string, PipelineInput> {
  const { manifest } = version
  const declared = manifest.pipeline?.inputs ?? []
  /** Under which name the tensor was filled: its own, or that of its pipeline input. */
  const passedName = (tensor: string): string =>
    Object.hasOwn(inputs, tensor)
      ? tensor
      : (declared.find((input) => input.tensor === tensor)?.name ?? tensor)
  const replaced = source.inputs.map((tensor): [string, PipelineInput] => {
    const image = declared.find((input) => input.kind === 'image' && input.tensor === tensor)
    const name = passedName(tensor)
    if (image?.kind !== 'image') return [name, baselineTensor(manifest, name, point[tensor]!, given)]
    return [image.name, baselineImage(manifest, image, inputs[name]!, given)]
  })
  const kept = Object.entries(inputs).filter(
    ([name]) => !source.inputs.some((tensor) => passedName(tensor) === name),
  )
  return Object.fromEntries([...kept, ...replaced])
}

function requireSameShapes(point: Tensors, baseline: Tensors): void {
  for (const [name, { shape }] of Object.entries(point)) {
    const other = baseline[name]!.shape
    if (shape.length === other.length && shape.every((dim, axis) => dim === other[axis])) continue
    throw new HomingError(
      'CONFIG_INVALID',
      `The baseline of "${name}" has the shape [${other.join(', ')}], and the input [${shape.join(', ')}].`,
    )
  }
}

function vectorsOf(tensors: Tensors, names: readonly string[]): Vectors {
  return Object.fromEntries(names.map((name) => [name, tensors[name]!.data as Float32Array | Float64Array]))
}

function asTensor(values: Float64Array, shape: readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(values) }
}
