import type { LoadRequest } from '../src/runtime/runtime-api.ts'
import { denseParameters } from '../src/testing/dense-layer.ts'
import { denseSignature, tinyRequest } from './tiny-packages.ts'

/** The tiny dense layer for the engine of `linear-engine.ts`. */
export function linearRequest(
  version: string,
  bias: number,
  names: { readonly model?: string; readonly engine?: string } = {},
): LoadRequest {
  const graph = new TextEncoder().encode(JSON.stringify({ inputs: 4, outputs: 3 }))
  const files = { graph, parameters: denseParameters(bias) }
  return tinyRequest(files, denseSignature, ['cpu'], { engine: 'linear', version, ...names })
}
