import type { Emitter, ShapedValue } from '../emitter.ts'

/**
 * Channels of zeros with which WebGPU computes a convolution right. Where channels divide by three and not by four,
 * filters by four, its kernel reads threes out of step from the second on (onnxruntime issue 29651, seen in 1.30).
 */
function missingChannels([filters, channels, ...kernel]: readonly number[], group: number): number {
  const threes = group === 1 && channels! > 3 && channels! % 3 === 0 && channels! % 4 !== 0
  return threes && filters! % 4 === 0 && kernel.some((size) => size > 1) ? 4 - (channels! % 4) : 0
}

/** A convolution's input and kernel, with channels of zeros where WebGPU needs them; they add nothing. */
export function paddedForWebGpu(
  emit: Emitter,
  x: ShapedValue,
  w: ShapedValue,
  group: number,
): [ShapedValue, ShapedValue] {
  const more = missingChannels(w.shape, group)
  const pad = (value: ShapedValue): ShapedValue => {
    const zeros = value.shape.map(() => 0)
    return emit.pad(value, zeros, zeros.with(1, more))
  }
  return [pad(x), pad(w)]
}

/** Conv of `shape` that every backend computes right. */
export function convolution(
  emit: Emitter,
  [x, w]: readonly [ShapedValue, ShapedValue],
  shape: readonly number[],
  attributes: Readonly<Record<string, number | readonly number[]>> & { readonly group: number },
): ShapedValue {
  return emit.op('Conv', paddedForWebGpu(emit, x, w, attributes.group), shape, attributes)
}
