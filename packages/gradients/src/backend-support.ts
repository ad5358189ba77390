import { type ModelProto, modelOperators, modelOpsets } from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import { backendOperators } from './backend-operators.ts'

/** What keeps a model from running wholly on a backend of onnxruntime-web. */
export interface BackendSupport {
  /** Operators that are not known to run at all, on any backend. */
  readonly missing: readonly string[]
  /** Operators that the webgpu backend leaves to the CPU, between copies to and fro. */
  readonly onCpu: readonly string[]
}

/** Domains of which onnxruntime-web brings operators on wasm. The table does not list them one by one. */
const engineDomains = ['ai.onnx.ml.', 'com.microsoft.']

/** Looks up every operator of `model`, bodies included, in `backendOperators`. */
export function backendSupport(model: ModelProto): BackendSupport {
  const opset = modelOpsets(model).get('') ?? 0
  const operators = [...modelOperators(model)].sort()
  const unlisted = operators.filter((type) => engineDomains.some((domain) => type.startsWith(domain)))
  const listed = operators.filter((type) => !unlisted.includes(type))
  const missing = listed.filter((type) => {
    const known = backendOperators.get(type)
    return !known || opset < known.since || opset > known.wasm
  })
  const onCpu = listed.filter((type) => !missing.includes(type) && opset > backendOperators.get(type)!.webgpu)
  return { missing, onCpu: [...onCpu, ...unlisted] }
}

/**
 * The model itself, once every operator is known to run.
 * @throws HomingError ONNX_UNSUPPORTED, with the operators in `details.missing`.
 */
export function runnable(model: ModelProto): ModelProto {
  const { missing } = backendSupport(model)
  if (missing.length === 0) return model
  throw new HomingError(
    'ONNX_UNSUPPORTED',
    `No backend of onnxruntime-web is known to run ${missing.join(', ')} of operator set ${modelOpsets(model).get('')}`,
    { details: { missing } },
  )
}
