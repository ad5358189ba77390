import type { TensorProto } from '../generated/onnx-ml_pb.js'
import { makeTensor } from '../tensor/make-tensor.ts'
import { tensorHeader } from '../tensor/tensor-bytes.ts'
import { quantiseTensor } from './quantised-tensor.ts'
import { floatsOf } from './stored-floats.ts'

/** A weight in 8 bits. Each method stores its tensor when it is first asked for, and gives its name. */
export interface StoredWeight {
  /** The axis of the channels, of which each has a scale. */
  readonly axis: number
  readonly shape: readonly number[]
  values(): string
  /** The values of a matrix with rows and columns exchanged. */
  transposed(): string
  /** One for each channel. */
  scales(): string
}

/** Rounds a stored tensor to 8 bits; what is asked of it goes to `store`. */
export function storedWeight(
  tensor: TensorProto,
  axis: number,
  { fresh, store }: { fresh(stem: string): string; store(tensor: TensorProto): string },
): StoredWeight {
  const { shape } = tensorHeader(tensor)
  const { values, scales } = quantiseTensor(floatsOf(tensor), shape, axis)
  const stored = new Map<string, string>()
  const once = (stem: string, make: (name: string) => TensorProto): string => {
    const known = stored.get(stem)
    if (known !== undefined) return known
    const name = store(make(fresh(`${tensor.name}/${stem}`)))
    stored.set(stem, name)
    return name
  }
  return {
    axis,
    shape,
    values: () => once('int8', (name) => makeTensor(name, 'int8', shape, values)),
    transposed: () =>
      once('int8-transposed', (name) =>
        makeTensor(name, 'int8', [shape[1]!, shape[0]!], transpose(values, shape[0]!, shape[1]!)),
      ),
    scales: () => once('scale', (name) => makeTensor(name, 'float32', [scales.length], scales)),
  }
}

function transpose(values: Int8Array, rows: number, columns: number): Int8Array<ArrayBuffer> {
  return Int8Array.from(values, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!)
}
