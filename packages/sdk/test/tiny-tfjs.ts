import { canonicalBytes, type Signature } from '@homing/protocol'

import type { Backend } from '../src/libraries/backend.ts'
import type { LoadRequest } from '../src/runtime/runtime-api.ts'
import { denseParameters, denseSignature, tinyRequest } from './tiny-packages.ts'

const weightSpecs = [
  { name: 'dense/kernel', shape: [4, 3], dtype: 'float32' },
  { name: 'dense/bias', shape: [3], dtype: 'float32' },
]

type Options = Parameters<typeof tinyRequest>[3] & { bias?: number }

/** The tiny dense layer as a layers model; `layer` names another class of layer. */
export function denseLayersRequest(
  backends: readonly Backend[],
  options: Options & { layer?: string } = {},
): LoadRequest {
  const config = {
    name: 'dense',
    units: 3,
    activation: 'linear',
    use_bias: true,
    batch_input_shape: [null, 4],
    dtype: 'float32',
  }
  const modelTopology = {
    class_name: 'Sequential',
    config: { name: 'tiny', layers: [{ class_name: options.layer ?? 'Dense', config }] },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  }
  return tfjsRequest({ format: 'layers-model', modelTopology, weightSpecs }, backends, options)
}

/** The tiny dense layer as a graph model, its last operator Add or `op`. */
export function denseGraphRequest(
  backends: readonly Backend[],
  options: Options & { op?: string } = {},
): LoadRequest {
  const float = { T: { type: 'DT_FLOAT' } }
  const constant = (name: string): object => ({ name, op: 'Const', attr: { dtype: { type: 'DT_FLOAT' } } })
  const dims = [{ size: '-1' }, { size: '4' }]
  const node = [
    {
      name: 'input',
      op: 'Placeholder',
      attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: dims } } },
    },
    constant('dense/kernel'),
    constant('dense/bias'),
    {
      name: 'product',
      op: 'MatMul',
      input: ['input', 'dense/kernel'],
      attr: { ...float, transpose_a: { b: false }, transpose_b: { b: false } },
    },
    { name: 'sum', op: options.op ?? 'AddV2', input: ['product', 'dense/bias'], attr: float },
  ]
  const signature = { inputs: { x: { name: 'input:0' } }, outputs: { y: { name: 'sum:0' } } }
  return tfjsRequest(
    { format: 'graph-model', modelTopology: { node, versions: { producer: 1 } }, weightSpecs, signature },
    backends,
    options,
  )
}

/** Sums columns by Einsum as a graph model: TensorFlow.js has a kernel for it on cpu, and none on wasm. */
export function einsumRequest(backends: readonly Backend[]): LoadRequest {
  const dim = [{ size: '2' }, { size: '3' }]
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim } } } },
    { name: 'y', op: 'Einsum', input: ['x'], attr: { N: { i: '1' }, equation: { s: btoa('ij->j') } } },
  ]
  const topology = {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 1 } },
    weightSpecs: [],
  }
  const signature: Signature = {
    inputs: [{ name: 'x', dtype: 'float32', shape: [2, 3] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [3] }],
  }
  return tinyRequest({ graph: canonicalBytes(topology) }, signature, backends, { engine: 'tfjs' })
}

function tfjsRequest(topology: object, backends: readonly Backend[], options: Options): LoadRequest {
  const files = { graph: canonicalBytes(topology), parameters: denseParameters(options.bias ?? 0) }
  return tinyRequest(files, denseSignature, backends, { engine: 'tfjs', ...options })
}
