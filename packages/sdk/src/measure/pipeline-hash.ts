import { canonicalBytes, type Manifest, sha256Hex } from '@homing/protocol'

/** What names the pipeline through which features went: of two versions with the same one they may be compared. */
export async function pipelineHash({ pipeline }: Pick<Manifest, 'pipeline'>): Promise<string | undefined> {
  return pipeline && sha256Hex(canonicalBytes(pipeline))
}
