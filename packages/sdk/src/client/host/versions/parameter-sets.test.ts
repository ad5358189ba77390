import type { Manifest, Precision } from '@homing/protocol'
import { describe, expect, it } from 'vitest'

import { denseOnnxRequest } from '../../../../test/tiny-packages.ts'
import type { Feature } from '../../../delivery/unmet-requirements.ts'
import type { Backend } from '../../../libraries/backend.ts'
import { setMemoryShare } from '../../config.ts'
import { parameterSets } from './parameter-sets.ts'

const mebibyte = 2 ** 20
const { manifest } = denseOnnxRequest([])
const sized = (size: number): Manifest['parameters'] => ({ ...manifest.parameters, size: size * mebibyte })
const several: Manifest = {
  ...manifest,
  parameters: sized(100),
  variants: (
    [
      ['fp16', 50],
      ['int8', 26],
      ['int8-dynamic', 25],
    ] as const
  ).map(([precision, size]) => ({ precision, graph: manifest.graph, parameters: sized(size) })),
}

function order(
  device: { memory?: number; features?: Feature[] },
  backends: readonly Backend[] = ['webgpu', 'wasm'],
  precisions?: readonly Precision[],
): string[] {
  const { memory, features } = device
  const known = { memory, ...(features ? { features: new Set(features) } : {}) }
  return parameterSets(several, { device: known, backends, precisions }).map(
    ({ precision = 'fp32' }) => precision,
  )
}

describe('parameterSets', () => {
  it.each<[string, Parameters<typeof order>, string[]]>([
    [
      'a GPU that computes in half precision',
      [{ features: ['webgpu', 'shader-f16'] }],
      ['fp16', 'fp32', 'int8', 'int8-dynamic'],
    ],
    ['a GPU that does not', [{ features: ['webgpu'] }], ['fp32', 'int8', 'int8-dynamic', 'fp16']],
    ['no GPU', [{ features: [] }], ['fp32', 'int8-dynamic', 'int8', 'fp16']],
    [
      'wasm alone, as the app wants it',
      [{ features: ['webgpu', 'shader-f16'] }, ['wasm']],
      ['fp32', 'int8-dynamic', 'int8', 'fp16'],
    ],
    ['nothing known of the device', [{}], ['fp32', 'int8', 'int8-dynamic', 'fp16']],
    [
      'little memory',
      [{ memory: (30 * mebibyte) / setMemoryShare, features: [] }],
      ['int8-dynamic', 'int8', 'fp16', 'fp32'],
    ],
    [
      'next to none',
      [{ memory: mebibyte, features: ['webgpu', 'shader-f16'] }],
      ['int8-dynamic', 'int8', 'fp16', 'fp32'],
    ],
    ['what the app wants', [{ memory: mebibyte }, ['wasm'], ['fp32', 'int8']], ['fp32', 'int8']],
  ])('are in order for %s', (_what, device, expected) => {
    expect(order(...device)).toEqual(expected)
  })

  it('are the only one of a version that has no other, or none that the app wants', () => {
    const wishes = { device: {}, backends: ['wasm'] as const }
    expect(parameterSets(manifest, wishes)).toEqual([manifest])
    expect(parameterSets(manifest, { ...wishes, precisions: ['int8'] })).toEqual([manifest])
  })

  it('have a set for their own, with its size', () => {
    const [first] = parameterSets(several, { device: { memory: mebibyte }, backends: ['wasm'] })
    expect(first).toMatchObject({ precision: 'int8-dynamic', parameters: { size: 25 * mebibyte } })
  })
})
