import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { canonicalBytes, type Manifest, type Next, paths } from '@homing/protocol'
import { expect, onTestFinished } from 'vitest'

/** An empty folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'homing-cli-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes `content` (bytes, text, or a value as JSON) to `folder/name` and gives the path. */
export async function file(folder: string, name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  const raw = typeof content === 'string' || content instanceof Uint8Array
  await writeFile(path, raw ? content : JSON.stringify(content))
  return path
}

/** SHA-256 in hexadecimal, by another implementation than the one under test. */
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** Matches an error with this code. */
export const code = (expected: string): unknown =>
  expect.objectContaining({ name: 'HomingError', code: expected })

/** What a packed version of words holds. */
interface PackedWords {
  readonly model?: string
  readonly version: string
  readonly shards: readonly string[]
  /** Shards of a parameter set in half precision. */
  readonly half?: readonly string[]
  readonly next?: Next
}

/** Writes a packed version whose graph and shards hold the given words. */
export async function packedFixture(
  folder: string,
  { model = 'words', version, shards, half, next }: PackedWords,
): Promise<void> {
  const refOf = (text: string) => ({ sha256: sha256(text), size: Buffer.byteLength(text) })
  const files = [`graph of ${model}`, ...shards, ...(half ? [`half of ${model}`, ...half] : [])]
  for (const text of files) await file(folder, paths.blob(sha256(text)), text)
  const parametersOf = (words: readonly string[]): Manifest['parameters'] => {
    const size = words.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    return { path: 'parameters.bin', size, shards: words.map(refOf), tensors: [] }
  }
  const manifest: Manifest = {
    format: 1,
    model,
    version,
    engine: 'onnx',
    graph: refOf(files[0]!),
    parameters: parametersOf(shards),
    ...(half && {
      variants: [{ precision: 'fp16', graph: refOf(`half of ${model}`), parameters: parametersOf(half) }],
    }),
    signature: {
      inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    },
    ...(next && { next }),
  }
  await file(folder, paths.manifest(model, version), canonicalBytes(manifest))
}
