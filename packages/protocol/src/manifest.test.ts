import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { bytesOf, changed, manifest } from '../test/documents.ts'
import { expectOnly, failure } from '../test/failure.ts'
import { damagedBytes, mutatedDocuments } from '../test/mutations.ts'
import { parseManifest } from './manifest.ts'
import { allFiles, servingFiles } from './manifest-files.ts'

const read = (document: unknown, expected?: { model?: string; version?: string }) =>
  parseManifest(bytesOf(document), expected)
const long = 'x'.repeat(513)

describe('parseManifest', () => {
  it('reads what was written', () => {
    expect(read(manifest, { model: 'wine', version: '1.1.0' })).toEqual(manifest)
  })

  it('reads a manifest with no optional part and no parameters', () => {
    const { format, model, version, engine, graph, signature } = manifest
    const parameters = { path: 'parameters.bin', size: 0, shards: [], tensors: [] }
    const bare = { format, model, version, engine, graph, signature, parameters }
    expect(read(bare)).toEqual(bare)
  })

  it('drops what a later version of the format may add', () => {
    expect(read({ ...manifest, aura: [] })).toEqual(manifest)
  })

  it.each<[path: string, value: unknown]>([
    ['format', 2],
    ['format', '1'],
    ['model', 'Wine'],
    ['model', '../wine'],
    ['model', 'a'.repeat(65)],
    ['model', ''],
    ['version', '1.1'],
    ['version', '1.1.0/..'],
    ['parent', 'latest'],
    ['engine', '../torch'],
    ['graph', undefined],
    ['graph.sha256', 'A'.repeat(64)],
    ['graph.sha256', 'a'.repeat(63)],
    ['graph.sha256', `${'a'.repeat(64)}\n`],
    ['graph.size', -1],
    ['graph.size', 1.5],
    ['graph.size', 2 ** 53],
    ['parameters.path', ''],
    ['parameters.path', long],
    ['parameters.size', 193],
    ['parameters.shards', []],
    ['parameters.shards.0.size', 0],
    ['parameters.shards.0.size', 8 * 1024 * 1024 + 1],
    ['parameters.shards.1.sha256', 7],
    ['parameters.tensors.0.offset', 105],
    ['parameters.tensors.0.size', Number.MAX_SAFE_INTEGER],
    ['parameters.tensors.0.shape', [-1]],
    ['parameters.tensors.0.shape', new Array(33).fill(1)],
    ['parameters.tensors.1.name', 5],
    ['precision', 'fp64'],
    ['variants', {}],
    ['variants.0.precision', 'bf16'],
    ['variants.0.precision', 'fp32'],
    ['variants', [manifest.variants![0], manifest.variants![0]]],
    ['variants.0.graph', undefined],
    ['variants.0.parameters.size', 65],
    ['variants.0.parameters.tensors.0.offset', 32],
    ['variants.0.probes.cases.0.inputs.0.name', 'other'],
    ['variants.0.metrics.mae', 'high'],
    ['signature.inputs', []],
    ['signature.outputs', []],
    ['signature.inputs.0.dtype', 'float128'],
    ['signature.inputs.0.shape', [-1]],
    ['signature.inputs.0.shape', ['']],
    ['pipeline.inputs.0.kind', 'audio'],
    ['pipeline.inputs.0.features', []],
    ['pipeline.inputs.0.features.0.standardise.std', 0],
    ['pipeline.inputs.0.features.1.categories', []],
    ['pipeline.outputs.0.bands.0.from', 'low'],
    ['training.inference', 'b'.repeat(64)],
    ['training.tensors', []],
    ['training.tensors.0', 'fc2.weight'],
    ['training.graph', undefined],
    ['training.graph.slots.1.input', 'fc2.bias'],
    ['training.graph.slots.0.state', undefined],
    ['training.inputs.0.shape', ['batch', 2]],
    ['training.targets.classes', 0],
    ['training.recipe.learningRate', 0],
    ['training.recipe.batch', 1.5],
    ['training.recipe.loss.kind', 'hinge'],
    ['training.recipe.loss.delta', -1],
    ['training.recipe.optimiser.decay', 1],
    ['training.recipe.trainable', 'some'],
    ['explanation.inference', 'b'.repeat(64)],
    ['explanation.graph.size', -1],
    ['explanation.gradients', []],
    ['explanation.baselines.wine.alcohol', null],
    ['probes.inputs.size', 8 * 1024 * 1024 + 1],
    ['probes.outputs.size', 11],
    ['probes.cases', []],
    ['probes.cases.0.inputs', []],
    ['probes.cases.0.inputs.0.name', 'colour'],
    ['probes.cases.0.inputs.0.dtype', 'float64'],
    ['probes.cases.0.inputs.0.dtype', 'string'],
    ['probes.cases.0.inputs.0.shape', [2]],
    ['probes.cases.0.inputs.0.shape', [1, 3]],
    ['probes.cases.0.inputs.0.size', 4],
    ['probes.cases.0.inputs.0.offset', 17],
    ['probes.cases.0.outputs', []],
    ['probes.cases.0.outputs.0.name', 'features'],
    ['probes.cases.1.outputs.0.shape', [1, 1]],
    ['probes.tolerance.absolute', -1],
    ['probes.tolerance.relative', '1%'],
    ['probes.tolerance.labels', 1.1],
    ['probes.source', 'guessed'],
    ['guards.inputs.0.then', 'ignore'],
    ['guards.inputs.0.min', 'low'],
    ['guards.inputs.1.values', []],
    ['guards.outputs.1.of', 'median'],
    ['guards.fallback', undefined],
    ['guards.fallback', { kind: 'model', model: '../other' }],
    ['guards.confidence', { least: 1.1, then: 'mark' }],
    ['guards.confidence', { least: 0.9, temperature: 0, then: 'mark' }],
    ['next.kind', 'loop'],
    ['next.model', 'Price'],
    ['next.inputs', {}],
    ['next', { kind: 'fan-out', models: [] }],
    ['next', { kind: 'cascade', below: 0.9 }],
    ['next', { kind: 'cascade', below: 0.9, model: 'large', remote: true }],
    ['next', { kind: 'cascade', below: 2, model: 'large' }],
    ['next', { kind: 'cascade', below: 0.9, remote: false }],
    ['requirements.sdk', '^1'],
    ['requirements.features', ['cuda']],
    ['card.title', 'x'.repeat(201)],
    ['card.metrics.mae', 'good'],
  ])('refuses %s = %j', (path, value) => {
    const error = failure(() => read(changed(manifest, path, value)))
    expect(error.code).toBe('MANIFEST_INVALID')
    expect(error.message.length).toBeLessThan(2_000)
  })

  it.each([
    [{ model: 'digits' }, 'is not of model digits'],
    [{ version: '1.0.0' }, 'is not of version 1.0.0'],
  ])('refuses another than %o', (expected, problem) => {
    expect(failure(() => read(manifest, expected)).message).toContain(problem)
  })

  it.each([[null], [[]], ['manifest'], [7], [{}]])('refuses %j', (document) => {
    expect(failure(() => read(document)).code).toBe('MANIFEST_INVALID')
  })

  it('lets a package of TensorFlow.js, which differentiates by itself, train without a graph', () => {
    const tfjs = changed({ ...manifest, engine: 'tfjs' }, 'training.graph', undefined)
    expect(read(tfjs)).toEqual(tfjs)
  })

  it('names each file that has to be published once, and those that serving needs', () => {
    const { graph, probes, parameters } = manifest
    const { shards } = parameters
    expect(servingFiles(manifest)).toEqual([graph, probes!.inputs, probes!.outputs, ...shards])
    const names = allFiles(manifest).map(({ sha256 }) => sha256[0])
    expect(names).toEqual(['a', '8', '9', 'b', 'c', '1', '3', '2', 'e', 'f', '4', 'd'])
    const twice = { ...manifest, parameters: { ...manifest.parameters, shards: [...shards, shards[0]!] } }
    expect(allFiles(twice)).toEqual(allFiles(manifest))
  })

  it('throws nothing but MANIFEST_INVALID, whatever the document', () => {
    fc.assert(
      fc.property(mutatedDocuments(manifest), (document) => {
        expectOnly('MANIFEST_INVALID', () => read(document, { model: 'wine' }))
      }),
      { numRuns: 500 },
    )
  })

  it('throws nothing but MANIFEST_INVALID, whatever the bytes', () => {
    fc.assert(
      fc.property(damagedBytes(bytesOf(manifest)), (bytes) => {
        expectOnly('MANIFEST_INVALID', () => parseManifest(bytes))
      }),
      { numRuns: 500 },
    )
  })
})
