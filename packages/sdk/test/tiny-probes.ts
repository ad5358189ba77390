import type { Probes, Signature, Tensor, TensorPlace } from '@homing/protocol'

import type { Tensors } from '../src/runtime/engine.ts'
import type { ProbeFiles } from '../src/runtime/probe-api.ts'
import type { LoadRequest } from '../src/runtime/runtime-api.ts'
import { denseExpected, floats, unhashed } from './tiny-packages.ts'

/** A golden input with the outputs that it must give. */
export interface ProbeCase {
  readonly inputs: Tensors
  readonly outputs: Tensors
}

/** A request whose version has probes, and their files. */
export interface ProbedRequest {
  readonly request: LoadRequest
  readonly probes: ProbeFiles
}

/** `request` with probes, as if its files had been hashed. */
export function withProbes(
  request: LoadRequest,
  cases: readonly ProbeCase[],
  tolerance: Probes['tolerance'] = { absolute: 1e-5, relative: 1e-4 },
): ProbedRequest {
  const inputs = packTensors(cases.map((probe) => probe.inputs))
  const outputs = packTensors(cases.map((probe) => probe.outputs))
  const probes: Probes = {
    inputs: { sha256: unhashed, size: inputs.file.byteLength },
    outputs: { sha256: unhashed, size: outputs.file.byteLength },
    cases: cases.map((_, index) => ({ inputs: inputs.places[index]!, outputs: outputs.places[index]! })),
    tolerance,
    source: 'author',
  }
  return {
    request: { ...request, manifest: { ...request.manifest, probes } },
    probes: { inputs: inputs.file, outputs: outputs.file },
  }
}

/** Probes of the tiny dense layer. */
export function denseProbes(request: LoadRequest, bias: number, rows = 3): ProbedRequest {
  const cases = Array.from({ length: rows }, (_, row): ProbeCase => {
    const x = [row + 1, -2, 0.5 * row, 3]
    return { inputs: { x: floats(x, [1, 4]) }, outputs: { y: floats(denseExpected(x, bias), [1, 3]) } }
  })
  return withProbes(request, cases)
}

/** Inputs drawn from [-1, 1) that fit a signature of float32 tensors; every dynamic dimension is 1. */
export function drawInputs(signature: Signature, random: () => number): Tensors {
  const drawn = signature.inputs.map(({ name, shape }): [string, Tensor] => {
    const sizes = shape.map((dim) => (typeof dim === 'number' ? dim : 1))
    const length = sizes.reduce((product, size) => product * size, 1)
    return [
      name,
      floats(
        Array.from({ length }, () => random() * 2 - 1),
        sizes,
      ),
    ]
  })
  return Object.fromEntries(drawn)
}

function packTensors(cases: readonly Tensors[]): {
  file: Uint8Array<ArrayBuffer>
  places: TensorPlace[][]
} {
  const chunks: Uint8Array[] = []
  let offset = 0
  const places = cases.map((tensors) =>
    Object.entries(tensors).map(([name, { dtype, shape, data }]): TensorPlace => {
      const { buffer, byteOffset, byteLength } = data as Float32Array
      chunks.push(new Uint8Array(buffer, byteOffset, byteLength))
      const place = { name, dtype, shape: [...shape], offset, size: byteLength }
      offset += byteLength
      return place
    }),
  )
  const file = new Uint8Array(offset)
  let end = 0
  for (const chunk of chunks) {
    file.set(chunk, end)
    end += chunk.byteLength
  }
  return { file, places }
}
