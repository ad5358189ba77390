import { float16 } from './float16.ts'
import { gaussian } from './gaussian.ts'

/** Weights before and after a change, as they lie in a shard. */
export interface ChangedWeights {
  readonly name: string
  readonly type: 'float32' | 'float16' | 'int8'
  readonly base: Uint8Array<ArrayBuffer>
  readonly target: Uint8Array<ArrayBuffer>
}

/** Bytes of each: one whole shard. */
const shardBytes = 8 * 1024 * 1024

/** Tensors in a shard, and the standard deviations of their weights, in turn. */
const tensors = 8
const deviations = [0.02, 0.05, 0.1, 0.035]

/**
 * Weights on each of which a Gaussian change of its own was made: `rate` of the weight, or of its tensor's standard
 * deviation. float16 weights are rounded and int8 weights quantised (largest weight of a tensor is 127) after the change.
 */
export function changedWeights(
  type: ChangedWeights['type'],
  rate: number,
  relativeTo: 'weight' | 'deviation',
): ChangedWeights {
  const width = { float32: 4, float16: 2, int8: 1 }[type]
  const count = shardBytes / width
  const [base, target] = [new Float32Array(count), new Float32Array(count)]
  const next = gaussian(20_261_123)
  const perTensor = count / tensors
  for (let i = 0; i < count; i++) {
    const deviation = deviations[Math.floor(i / perTensor) % deviations.length]!
    base[i] = next() * deviation
    target[i] = base[i]! + next() * rate * (relativeTo === 'weight' ? base[i]! : deviation)
  }
  const stored = { float32: inPlace, float16: rounded, int8: quantised }[type]
  return { name: `${type} ${rate} of the ${relativeTo}`, type, base: stored(base), target: stored(target) }
}

/** A new head: 0.16 % of the weights are others, all at the end. */
export function changedHead(): ChangedWeights {
  const next = gaussian(7)
  const base = Float32Array.from({ length: shardBytes / 4 }, () => next() * 0.05)
  const first = Math.round(base.length * (1 - 0.0016))
  const target = base.map((weight, i) => (i < first ? weight : next() * 0.05))
  return { name: 'head', type: 'float32', base: inPlace(base), target: inPlace(target) }
}

function inPlace(weights: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(weights.buffer)
}

function rounded(weights: Float32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint16Array.from(weights, float16).buffer)
}

function quantised(weights: Float32Array): Uint8Array<ArrayBuffer> {
  const integers = new Int8Array(weights.length)
  const perTensor = weights.length / tensors
  for (let start = 0; start < weights.length; start += perTensor) {
    const tensor = weights.subarray(start, start + perTensor)
    const largest = tensor.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
    for (const [i, weight] of tensor.entries()) integers[start + i] = Math.round((weight / largest) * 127)
  }
  return new Uint8Array(integers.buffer)
}
