import { gradientGraph } from '@homing/gradients'
import { readModel, writeModel } from '@homing/onnx'
import type { Signature } from '@homing/protocol'
import { type NodePackage, openPackage } from '@homing/sdk/node'

import { readArtifact } from './artifacts.ts'

/** What `homing pack` would write here; nothing that is read from memory is hashed. */
const unhashed = '0'.repeat(64)

/** A committed ONNX artefact in memory, its parameters in its graph, with an explanation graph of 16 points. */
export function openArtifact(model: string, version: string): Promise<NodePackage> {
  const { pack, bytes } = readArtifact(model, version)
  const graph = bytes(pack.source)
  const written = gradientGraph(readModel(graph), { dims: { batch: 16 } })
  const explanation = writeModel(written.model)
  const fixed = ({ name, shape }: { name: string; shape?: readonly number[] }) => ({
    name,
    dtype: 'float32' as const,
    shape: [...(shape ?? [])],
  })
  const dynamic = ({ name, dtype, shape }: ReturnType<typeof fixed>): Signature['inputs'][number] => ({
    name,
    dtype,
    shape: ['batch', ...shape.slice(1)],
  })
  const [inputs, output] = [written.inputs.map(fixed), fixed(written.output)]
  const manifest = {
    format: 1 as const,
    model,
    version,
    engine: 'onnx' as const,
    graph: { sha256: unhashed, size: graph.byteLength },
    parameters: { path: 'parameters.bin', size: 0, shards: [], tensors: [] },
    signature: { inputs: inputs.map(dynamic), outputs: [dynamic(output)] },
    pipeline: pack.pipeline,
    explanation: {
      inference: unhashed,
      graph: { sha256: unhashed, size: explanation.byteLength },
      inputs,
      output,
      selection: written.selection,
      gradients: [...written.gradients],
    },
  }
  return openPackage({ manifest, graph, parameters: new Uint8Array(), explanation })
}
