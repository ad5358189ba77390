import {
  canonicalBytes,
  compareVersions,
  type FileRef,
  type ListedVersion,
  type Manifest,
  paths,
  type Requirements,
  type Rollout,
  sha256Hex,
} from '@homing/protocol'

import type { FaultyRepository } from './faulty-repository.ts'

/** What a sample version is like. */
export interface SampleOptions {
  readonly model: string
  readonly version: string
  /** Bytes of each shard. Default: two of 1000. */
  readonly shards?: readonly number[]
  /** Versions of one seed have equal bytes; the graph is the same for all. */
  readonly seed?: number
  readonly requirements?: Requirements
}

/** A version that no engine can run, whole in every other way. */
export interface SampleVersion {
  readonly manifest: Manifest
  readonly manifestBytes: Uint8Array<ArrayBuffer>
  readonly listed: ListedVersion
  readonly graph: Uint8Array<ArrayBuffer>
  /** The shards one after another. */
  readonly parameters: Uint8Array<ArrayBuffer>
  /** The graph and the shards, by SHA-256. */
  readonly blobs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
}

/** Makes a version out of `options` alone: the same options give the same bytes. */
export async function sampleVersion(options: SampleOptions): Promise<SampleVersion> {
  const { model, version, shards: sizes = [1000, 1000], seed = 1, requirements } = options
  const graph = someBytes(500, 99)
  const shards = sizes.map((size, index) => someBytes(size, seed * 100 + index))
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>()
  const refOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<FileRef> => {
    const sha256 = await sha256Hex(bytes)
    blobs.set(sha256, bytes)
    return { sha256, size: bytes.byteLength }
  }
  const manifest: Manifest = {
    format: 1,
    model,
    version,
    engine: 'onnx',
    graph: await refOf(graph),
    parameters: {
      path: 'parameters.bin',
      size: sizes.reduce((sum, size) => sum + size, 0),
      shards: await Promise.all(shards.map(refOf)),
      tensors: [],
    },
    signature: {
      inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    },
    ...(requirements ? { requirements } : {}),
  }
  const manifestBytes = canonicalBytes(manifest)
  const ref = { sha256: await sha256Hex(manifestBytes), size: manifestBytes.byteLength }
  const listed: ListedVersion = { version, manifest: ref, ...(requirements ? { requirements } : {}) }
  const parameters = new Uint8Array(Buffer.concat(shards))
  return { manifest, manifestBytes, listed, graph, parameters, blobs }
}

/** Puts the files of `samples` (of one model) into `repository`, and a rollout whose champion is the newest, all signed. */
export function publishSamples(
  repository: Pick<FaultyRepository, 'files' | 'sign'>,
  samples: readonly SampleVersion[],
  revision = 1,
): Rollout {
  for (const { manifest, manifestBytes, blobs } of samples) {
    repository.files.set(paths.manifest(manifest.model, manifest.version), manifestBytes)
    for (const [sha256, bytes] of blobs) repository.files.set(paths.blob(sha256), bytes)
  }
  const versions = samples.map(({ listed }) => listed).sort((a, b) => compareVersions(b.version, a.version))
  const model = samples[0]!.manifest.model
  const rollout: Rollout = { format: 1, model, revision, champion: versions[0]!.version, versions }
  repository.files.set(paths.rollout(model), canonicalBytes(rollout))
  repository.sign()
  return rollout
}

function someBytes(length: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 17 + (index >> 8)) % 256)
}
