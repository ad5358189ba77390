import { backendSupport, gradientGraph } from '@homing/gradients'
import { readModel, withMetadata, writeModel } from '@homing/onnx'
import { type Explanation, HomingError, type Pipeline, type Signature } from '@homing/protocol'

import { batchSize } from '../batch-size.ts'
import { fixedInputs, withInputs } from '../fixed-inputs.ts'
import { fixedTensor } from '../fixed-tensor.ts'
import { defaultOutput } from '../default-output.ts'
import { writtenFor } from '../written-for.ts'
import type { ExplanationConfig } from './explanation-config.ts'

/** Points on the way from baseline to input that one run takes where the publisher does not say. */
export const defaultPoints = 16

/** What is said of a package when its explanation graph is written. */
export interface ExplanationPlan {
  readonly config: ExplanationConfig
  readonly signature: Signature
  readonly pipeline: Pipeline | undefined
  /** SHA-256 of the inference graph. */
  readonly inference: string
}

/** A manifest's explanation section whose graph is still to be stored. */
export interface WrittenExplanation {
  readonly section: Omit<Explanation, 'graph'>
  readonly graph: Uint8Array<ArrayBuffer>
  /** Operators that a device runs on its CPU also where the others run on WebGPU. */
  readonly onCpu: readonly string[]
}

/**
 * Writes the gradient of an output with respect to the inputs, for a packed inference graph. Learned tensors stay where
 * that graph has them, in the package's parameter file.
 * @throws HomingError CONFIG_INVALID, GRADIENT_UNSUPPORTED, ONNX_UNSUPPORTED
 */
export function onnxExplanation(graph: Uint8Array, plan: ExplanationPlan): WrittenExplanation {
  const { config, signature, pipeline, inference } = plan
  const batch = batchSize(signature.inputs, config.points, defaultPoints)
  const inputs = fixedInputs(signature.inputs, { batch, dims: config.dims ?? {} })
  mustKnow(config, plan)
  const written = gradientGraph(withInputs(readModel(graph), inputs), {
    output: config.output ?? defaultOutput(signature, pipeline),
  })
  return {
    section: {
      inference,
      inputs: written.inputs.map(fixedTensor),
      output: fixedTensor(written.output),
      selection: written.selection,
      gradients: written.gradients.map(({ input, output }) => ({ input, output })),
      ...(config.baselines && { baselines: config.baselines }),
    },
    graph: writeModel(withMetadata(written.model, writtenFor(inference))),
    onCpu: backendSupport(written.model).onCpu,
  }
}

/** Baselines are for what a caller passes: an input of the pipeline, or of the model where the pipeline has none for it. */
function mustKnow({ baselines = {} }: ExplanationConfig, { signature, pipeline }: ExplanationPlan): void {
  const piped = pipeline?.inputs ?? []
  const passed = signature.inputs.filter(({ name }) => !piped.some(({ tensor }) => tensor === name))
  const names = [...piped, ...passed].map(({ name }) => name)
  const unknown = Object.keys(baselines).find((name) => !names.includes(name))
  if (unknown === undefined) return
  throw new HomingError(
    'CONFIG_INVALID',
    `There is a baseline for "${unknown}", and callers pass ${names.map((name) => `"${name}"`).join(', ')}`,
  )
}
