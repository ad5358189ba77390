import { HomingError, type Manifest, maxGraphBytes } from '@homing/protocol'

import type { BlobWriter } from './blob-writer.ts'
import type { ModelFiles } from './model-files.ts'
import type { SectionConfigs } from './section-configs.ts'

/** Writes the graphs that are made from the inference graph, and the manifest's sections that name them. */
export async function writtenSections(
  files: ModelFiles,
  configs: SectionConfigs,
  { signature, pipeline, graph }: Pick<Manifest, 'signature' | 'pipeline' | 'graph'>,
  write: BlobWriter,
): Promise<Pick<Manifest, 'training' | 'explanation'>> {
  const plan = { signature, pipeline, inference: graph.sha256 }
  const store = async (what: string, bytes: Uint8Array<ArrayBuffer>) => {
    if (bytes.byteLength <= maxGraphBytes) return write(bytes)
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      `The ${what} graph has ${bytes.byteLength} bytes; at most ${maxGraphBytes} are carried`,
    )
  }
  const sections: Pick<Manifest, 'training' | 'explanation'> = {}
  if (configs.training) {
    const { section, graph } = await files.training({ ...plan, config: configs.training })
    sections.training = section
    if (graph) sections.training.graph = { file: await store('training', graph.bytes), ...graph.names }
  }
  if (configs.explanation) {
    const { section, graph } = files.explanation({ ...plan, config: configs.explanation })
    sections.explanation = { ...section, graph: await store('explanation', graph) }
  }
  return sections
}
