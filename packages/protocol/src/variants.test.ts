import { describe, expect, it } from 'vitest'

import { manifest } from '../test/documents.ts'
import { servingFiles } from './manifest-files.ts'
import { precisionOf, withGraph, withVariant } from './variants.ts'

const half = manifest.variants![0]!

describe('withVariant', () => {
  it('puts another parameter set in the place of the own, which becomes a variant', () => {
    const chosen = withVariant(manifest, 'fp16')!
    const { graph, parameters, probes } = half
    expect(chosen).toMatchObject({ precision: 'fp16', graph, parameters, probes })
    expect(servingFiles(chosen)).toEqual([graph, probes!.inputs, probes!.outputs, ...parameters.shards])
    expect(chosen.training).toEqual(manifest.training)
    expect(precisionOf(chosen)).toBe('fp16')
    expect(withVariant(chosen, 'fp32')).toMatchObject({
      precision: 'fp32',
      graph: manifest.graph,
      parameters: manifest.parameters,
      probes: manifest.probes,
    })
  })

  it('leaves no probes of the one to the other', () => {
    const { probes: _, ...bare } = half
    expect(withVariant({ ...manifest, variants: [bare] }, 'fp16')).not.toHaveProperty('probes')
  })

  it('is the manifest itself in its own precision, and nothing in one that it has not', () => {
    const { precision: _, variants: __, ...plain } = manifest
    expect(withVariant(plain, 'fp32')).toBe(plain)
    expect(withVariant(plain, 'fp16')).toBeUndefined()
    expect(withVariant(manifest, 'int8')).toBeUndefined()
  })
})

it('finds the parameter set that a section was written for', () => {
  const chosen = withVariant(manifest, 'fp16')!
  expect(withGraph(chosen, manifest.training!.inference).parameters).toEqual(manifest.parameters)
  expect(withGraph(manifest, manifest.graph.sha256)).toBe(manifest)
  expect(withGraph(manifest, '0'.repeat(64))).toBe(manifest)
})
