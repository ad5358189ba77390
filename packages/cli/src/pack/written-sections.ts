import { HomingError, type Manifest, maxGraphBytes } from '@homing/protocol'

import type { BlobWriter } from './blob-writer.ts'
import type { ModelFiles } from './model-files.ts'
import type { SectionConfigs } from './section-configs.ts'

/** Operators of the graphs that a device runs on its CPU also where the others run on WebGPU. */
export interface CpuOperators {
  readonly training?: readonly string[]
  readonly explanation?: readonly string[]
}

/** Writes the graphs that are made from the inference graph, and the manifest's sections that name them. */
export async function writtenSections(
  files: ModelFiles,
  configs: SectionConfigs,
  { signature, pipeline, graph }: Pick<Manifest, 'signature' | 'pipeline' | 'graph'>,
  write: BlobWriter,
): Promise<{ sections: Pick<Manifest, 'training' | 'explanation'>; cpuOperators: CpuOperators }> {
  const plan = { signature, pipeline, inference: graph.sha256 }
  const store = async (what: string, bytes: Uint8Array<ArrayBuffer>) => {
    if (bytes.byteLength <= maxGraphBytes) return write(bytes)
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      `The ${what} graph has ${bytes.byteLength} bytes; at most ${maxGraphBytes} are carried`,
    )
  }
  const sections: Pick<Manifest, 'training' | 'explanation'> = {}
  const cpuOperators: { training?: readonly string[]; explanation?: readonly string[] } = {}
  if (configs.training) {
    const { section, graph } = await files.training({ ...plan, config: configs.training })
    sections.training = section
    if (graph) {
      sections.training.graph = { file: await store('training', graph.bytes), ...graph.names }
      cpuOperators.training = graph.onCpu
    }
  }
  if (configs.explanation) {
    const { section, graph, onCpu } = files.explanation({ ...plan, config: configs.explanation })
    sections.explanation = { ...section, graph: await store('explanation', graph) }
    cpuOperators.explanation = onCpu
  }
  return { sections, cpuOperators }
}
