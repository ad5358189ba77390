import type { OnnxTensors } from '../../libraries/onnx-graph.ts'

/**
 * Disposes of tensors that own their memory, and gives it back at once. Left to the collector, each step's results would
 * lie on pages that nobody has touched before: in Chromium that took a quarter of the step of a small network.
 */
export function disposeAll(tensors: OnnxTensors): void {
  for (const tensor of Object.values(tensors)) {
    const buffer = tensor.location === 'cpu' ? (tensor.data as ArrayBufferView).buffer : undefined
    tensor.dispose()
    detach(buffer)
  }
}

/** Engines older than ES2024 cannot; theirs is collected. */
function detach(buffer: ArrayBufferLike | undefined): void {
  const { transfer } = (buffer ?? {}) as { readonly transfer?: (length: number) => unknown }
  transfer?.call(buffer, 0)
}
