import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { canonicalBytes, type Manifest } from '@homing/protocol'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { expect, onTestFinished } from 'vitest'

import { createServer, type ServerOptions } from '../src/index.ts'
import { signingPublisher } from './signing-publisher.ts'

export const adminToken = 'a token for tests only'.replaceAll(' ', '-')

/** Headers of the publisher. */
export const admin = { authorization: `Bearer ${adminToken}` }

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'homing-server-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A server that is ready and is closed when the test ends. */
export async function startedServer(options: Partial<ServerOptions> = {}): Promise<FastifyInstance> {
  const app = createServer({
    dataFolder: options.dataFolder ?? (await temporaryFolder()),
    adminToken,
    ...options,
  })
  onTestFinished(() => app.close())
  await app.ready()
  return app
}

/** A package small enough for a test: a graph that compresses, two shards and a card. */
export function samplePackage(version = '1.0.0', model = 'digits') {
  const graph = Buffer.from('graph of conv, relu and gemm; '.repeat(100))
  const shards = [Buffer.alloc(640, version), Buffer.alloc(64, `${version} end`)]
  const document = Buffer.from('# Card\n\n' + 'All about this model. '.repeat(50))
  const reference = (bytes: Uint8Array) => ({ sha256: sha256(bytes), size: bytes.byteLength })
  const manifest: Manifest = {
    format: 1,
    model,
    version,
    engine: 'onnx',
    graph: reference(graph),
    parameters: { path: 'parameters.bin', size: 704, shards: shards.map(reference), tensors: [] },
    signature: {
      inputs: [{ name: 'image', dtype: 'float32', shape: ['batch', 1, 28, 28] }],
      outputs: [{ name: 'scores', dtype: 'float32', shape: ['batch', 10] }],
    },
    requirements: { sdk: '0.1.0', features: ['wasm-simd'] },
    card: { title: 'Digits', summary: 'Reads digits.', document: reference(document) },
  }
  return {
    model,
    version,
    manifest,
    bytes: Buffer.from(canonicalBytes(manifest)),
    graph,
    shards,
    document,
    blobs: [graph, ...shards, document],
  }
}

export type SamplePackage = ReturnType<typeof samplePackage>

/** Metadata as the publisher signs and sends it, by `inject`. */
export function signer(app: FastifyInstance) {
  return signingPublisher(async (method, url, body) => {
    const payload = body && {
      payload: Buffer.from(body),
      headers: { ...admin, 'content-type': 'application/json' },
    }
    const answer = await app.inject({ method, url, headers: admin, ...payload })
    return { status: answer.statusCode, body: answer.rawPayload }
  })
}

/** Requests as the publisher makes them, by `inject`. */
export function publisher(app: FastifyInstance) {
  const send = (options: InjectOptions): Promise<LightMyRequestResponse> =>
    app.inject({ ...options, headers: { ...admin, ...options.headers } })
  return {
    putBlob: (bytes: Uint8Array, hash = sha256(bytes)) =>
      send({
        method: 'PUT',
        url: `/v1/blobs/${hash}`,
        payload: Buffer.from(bytes),
        headers: { 'content-type': 'application/octet-stream' },
      }),
    missing: (hashes: unknown) =>
      send({ method: 'POST', url: '/v1/blobs/missing', payload: { sha256: hashes } }),
    putVersion: (model: string, version: string, bytes: Uint8Array) =>
      send({
        method: 'PUT',
        url: `/v1/models/${model}/versions/${version}`,
        payload: Buffer.from(bytes),
        headers: { 'content-type': 'application/json' },
      }),
    rollOut: (model: string, choice: object) =>
      send({ method: 'PUT', url: `/v1/models/${model}/rollout`, payload: choice }),
    /** Blobs and manifest. */
    async upload(sample: SamplePackage): Promise<LightMyRequestResponse> {
      for (const blob of sample.blobs) await this.putBlob(blob)
      return this.putVersion(sample.model, sample.version, sample.bytes)
    },
    /** Blobs, manifest and publisher metadata, without rollout; the keys of the repository are made if there are none. */
    async publish(sample: SamplePackage): Promise<LightMyRequestResponse> {
      const answer = await this.upload(sample)
      if (!(await signer(app).state()).initialised) await signer(app).initialise()
      expect((await signer(app).list([sample])).status).toBe(201)
      return answer
    },
  }
}
