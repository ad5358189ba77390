import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { completeSignature, readModel, readSignature } from '@homing/onnx'
import { type Baseline, canonicalBytes, type Manifest } from '@homing/protocol'
import { type BaselineData, measureBaseline, openPackage } from '@homing/sdk/node'

import type { PackConfig } from '../artifact.ts'

/** Beside `pack.json`, which names it. */
const baselineFile = 'baseline.json'

/** What `homing pack` writes here; nothing that is read from memory is hashed. */
const unhashed = '0'.repeat(64)

/**
 * Measures what an ONNX artefact was made with, and writes `baseline.json` and the edges of its histograms into `pack.json`:
 * `homing pack` then needs no data.
 */
export async function measureArtifact(folder: string, data: BaselineData): Promise<Baseline> {
  const path = join(folder, 'pack.json')
  const config = JSON.parse(await readFile(path, 'utf8')) as PackConfig
  const graph = new Uint8Array(await readFile(join(folder, config.source)))
  const manifest: Manifest = {
    format: 1,
    model: config.model,
    version: config.version,
    engine: 'onnx',
    graph: { sha256: unhashed, size: graph.byteLength },
    parameters: { path: 'parameters.bin', size: 0, shards: [], tensors: [] },
    signature: completeSignature(readSignature(readModel(graph))),
    pipeline: config.pipeline,
  }
  const opened = await openPackage({ manifest, graph, parameters: new Uint8Array() })
  try {
    const run = async (tensors: Parameters<typeof opened.predict>[0]) =>
      (await opened.predict(tensors)).outputs
    const { baseline, telemetry } = await measureBaseline(manifest, run, data)
    await writeFile(join(folder, baselineFile), canonicalBytes(baseline))
    const { card, ...rest } = config
    const packed: PackConfig = { ...rest, telemetry, baseline: { file: baselineFile }, card }
    await writeFile(path, `${JSON.stringify(packed, null, 2)}\n`)
    return baseline
  } finally {
    await opened.release()
  }
}
