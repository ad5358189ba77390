import { join, resolve } from 'node:path'

import { compilePipeline } from '@homing/pipeline'
import {
  canonicalBytes,
  type Card,
  type FileRef,
  HomingError,
  type Manifest,
  maxDocumentBytes,
  maxGraphBytes,
  ModelNameSchema,
  parseManifest,
  parseWith,
  paths,
  protocolVersion,
  sha256Hex,
  VersionSchema,
} from '@homing/protocol'

import { writeBaseline, type WrittenBaseline } from './baseline/write-baseline.ts'
import { type BlobWriter, blobWriter, writeWhole } from './blob-writer.ts'
import { composition } from './composition.ts'
import { findParent } from './find-parent.ts'
import { findSource } from './find-source.ts'
import type { ModelFiles } from './model-files.ts'
import { onnxModel } from './onnx-model.ts'
import { writeLookup } from './lookup/write-lookup.ts'
import type { PackConfig } from './pack-config.ts'
import type { PackOptions } from './pack-options.ts'
import { readSmallFile } from './read-small-file.ts'
import type { ChannelCoverage } from './probes/noticed-channels.ts'
import { type Evaluations, provenSections } from './proven-sections.ts'
import { sectionConfigs } from './section-configs.ts'
import { tfjsModel } from './tfjs-model.ts'
import { withFiniteInputs } from './with-finite-inputs.ts'
import { type CpuOperators, writtenSections } from './written-sections.ts'

/** What `pack` wrote. */
export interface PackResult {
  /** Folder that holds `models/` and `blobs/`. */
  readonly folder: string
  readonly manifest: Manifest
  /** Operators of the training and explanation graphs that run on the CPU also where a device has WebGPU. */
  readonly cpuOperators: CpuOperators
  /** What each parameter set is worth on the labelled examples, where there were any. */
  readonly evaluations: Evaluations
  /** What drawn probes notice of channels whose sign is flipped. */
  readonly coverage?: ChannelCoverage
  /** What was measured of the data that it was made with. */
  readonly baseline?: Pick<WrittenBaseline, 'measured' | 'refused'>
  /** Hash and size of the manifest's bytes. */
  readonly file: FileRef
}

/** Where `pack` writes when it is told no folder. */
export const defaultOut = 'homing-package'

/**
 * Takes a model apart into a graph, parameter shards and a manifest, in the layout that the server stores. Equal input
 * gives equal bytes. `source` is an ONNX file, a model.json of TensorFlow.js or its folder, a pack.json or its folder.
 * @throws HomingError CONFIG_INVALID, ONNX_INVALID, ONNX_EXTERNAL_DATA, ONNX_UNSUPPORTED, TFJS_INVALID,
 *   PIPELINE_INVALID, VERSION_UNKNOWN, ENGINE_MISSING, GRADIENT_UNSUPPORTED, NEXT_INVALID, PROBE_FAILED, PROBE_INVALID, DATA_INVALID
 */
export async function pack(source: string, options: PackOptions = {}): Promise<PackResult> {
  const found = await findSource(source, options.config)
  const { engine, file, config, configFolder } = found
  const model = required('model', options.model ?? config?.model, ModelNameSchema)
  const version = required('version', options.version ?? config?.version, VersionSchema)
  const folder = resolve(options.out ?? defaultOut)
  const parent = await findParent(model, version, { version: config?.parent, given: options.parent }, folder)
  const configs = await sectionConfigs(found, options)
  const write = blobWriter(folder)
  const files = await (engine === 'onnx' ? onnxModel : tfjsModel)(
    file,
    parent?.engine === engine ? parent.parameters : undefined,
    configs.training?.adapters,
  )
  try {
    const content = contentOf(files, config, options.allowNaN ?? false)
    const graph = await writeGraph(files.graph, write)
    const { sections, cpuOperators } = await writtenSections(files, configs, { ...content, graph }, write)
    const unproven: Manifest = {
      format: protocolVersion,
      model,
      version,
      ...(parent ? { parent: parent.version } : {}),
      engine,
      ...content,
      ...composition(config, { ...content, model }),
      ...(config?.telemetry ? { telemetry: config.telemetry } : {}),
      ...(config?.monitors ? { monitors: config.monitors } : {}),
      graph,
      ...sections,
      parameters: await files.writeParameters(write),
      ...(config?.card ? { card: await cardOf(config.card, configFolder, write) } : {}),
    }
    const proven = await provenSections(unproven, configs, { folder, parent, write })
    const lookup = configs.lookup && {
      lookup: await writeLookup(unproven, { inputs: configs.lookup, folder, write }),
    }
    const written = configs.baseline && (await writeBaseline(unproven, configs.baseline, { folder, write }))
    const manifest = { ...unproven, ...proven.sections, ...lookup, ...written?.sections }
    const bytes = canonicalBytes(manifest)
    parseManifest(bytes) // what a device would refuse is refused here
    if (bytes.byteLength > maxDocumentBytes) {
      throw new HomingError(
        'MANIFEST_INVALID',
        `The manifest has ${bytes.byteLength} bytes; at most ${maxDocumentBytes} are read`,
      )
    }
    await writeWhole(join(folder, paths.manifest(model, version)), bytes)
    return {
      folder,
      manifest,
      cpuOperators,
      evaluations: proven.evaluations,
      ...(proven.coverage && { coverage: proven.coverage }),
      ...(written && { baseline: { measured: written.measured, refused: written.refused } }),
      file: { sha256: await sha256Hex(bytes), size: bytes.byteLength },
    }
  } finally {
    await files.close()
  }
}

/** Signature, pipeline and requirements, after they were checked against each other. */
function contentOf(
  files: ModelFiles,
  config: PackConfig | undefined,
  allowNaN: boolean,
): Pick<Manifest, 'signature' | 'pipeline' | 'requirements'> {
  const signature = withFiniteInputs(files.signature, config?.inputs ?? {}, allowNaN)
  const pipeline = config?.pipeline ?? files.pipeline
  compilePipeline(pipeline, signature)
  return {
    signature,
    ...(pipeline ? { pipeline } : {}),
    ...(config?.requirements ? { requirements: config.requirements } : {}),
  }
}

function writeGraph(graph: Uint8Array<ArrayBuffer>, write: BlobWriter): Promise<FileRef> {
  if (graph.byteLength <= maxGraphBytes) return write(graph)
  throw new HomingError(
    'ONNX_UNSUPPORTED',
    `The graph has ${graph.byteLength} bytes without its parameters; at most ${maxGraphBytes} are carried`,
  )
}

async function cardOf(
  { document, ...card }: NonNullable<PackConfig['card']>,
  folder: string,
  write: BlobWriter,
): Promise<Card> {
  if (document === undefined) return card
  const path = resolve(folder, document)
  return {
    ...card,
    document: await write(await readSmallFile(path, maxDocumentBytes, 'CONFIG_INVALID', `The card ${path}`)),
  }
}

function required(
  name: 'model' | 'version',
  value: string | undefined,
  schema: typeof ModelNameSchema | typeof VersionSchema,
): string {
  if (value === undefined)
    throw new HomingError('CONFIG_INVALID', `There is no ${name}: pass --${name}, or name it in pack.json`)
  return parseWith(schema, value, 'CONFIG_INVALID', `The ${name} "${value}"`)
}
