import { describe, expect, it } from 'vitest'

import { type Lookup, lookupProblem, lookupRecordBytes } from './lookup.ts'
import type { Signature, Tensor } from './tensor.ts'
import { tensorKey } from './tensor-key.ts'

const signature: Signature = {
  inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 4] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 3] }],
}
const file = (size: number) => ({ sha256: 'a'.repeat(64), size })
const lookup: Lookup = {
  keys: file(64),
  outputs: file(24),
  tensors: [{ name: 'y', dtype: 'float32', shape: [1, 3] }],
}

describe('a lookup', () => {
  it('fits the signature and its files', () => {
    expect(lookupProblem(lookup, signature)).toBeUndefined()
    expect(lookupRecordBytes(lookup)).toBe(12)
    expect(lookupProblem({ ...lookup, keys: file(0), outputs: file(0) }, signature)).toBeUndefined()
  })

  it.each<[string, Partial<Lookup>]>([
    ['another output', { tensors: [{ name: 'z', dtype: 'float32', shape: [1, 3] }] }],
    ['an output twice', { tensors: [lookup.tensors[0]!, lookup.tensors[0]!] }],
    ['another dtype', { tensors: [{ name: 'y', dtype: 'int32', shape: [1, 3] }] }],
    ['another rank', { tensors: [{ name: 'y', dtype: 'float32', shape: [3] }] }],
    ['another size', { tensors: [{ name: 'y', dtype: 'float32', shape: [1, 4] }] }],
    ['half a key', { keys: file(48) }],
    ['fewer outputs than keys', { outputs: file(12) }],
  ])('with %s is refused', (_, changed) => {
    expect(lookupProblem({ ...lookup, ...changed }, signature)).toContain('lookup')
  })

  it('of strings is refused', () => {
    const strings: Signature = { ...signature, outputs: [{ name: 'y', dtype: 'string', shape: ['n'] }] }
    const tensors = [{ name: 'y', dtype: 'string' as const, shape: [1] }]
    expect(lookupProblem({ ...lookup, tensors }, strings)).toContain('strings')
  })
})

describe('the key of encoded inputs', () => {
  const x: Tensor = { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) }
  it('is that of their values, whatever their order and wherever they lie', async () => {
    const part = Float32Array.of(9, 1, 2, 9).subarray(1, 3)
    const s: Tensor = { dtype: 'string', shape: [1], data: ['a'] }
    expect(await tensorKey({ x, s })).toBe(await tensorKey({ s, x: { ...x, data: part } }))
  })

  it('stays what it is: it is in signed files', async () => {
    expect(await tensorKey({ x })).toBe('8b5a12b05a5ce306c1e4c7218472ae8a74bedda942e0185d6ce145a77c871b3e')
  })

  it('tells names, dtypes, shapes and values apart', async () => {
    const ints: Tensor = { dtype: 'int32', shape: [1, 2], data: new Int32Array(Float32Array.of(1, 2).buffer) }
    const other: Tensor = { ...x, data: Float32Array.of(1, 3) }
    const keys = [{ x }, { y: x }, { x: ints }, { x: { ...x, shape: [2, 1] } }, { x: other }, { x, y: x }, {}]
    expect(new Set(await Promise.all(keys.map(tensorKey))).size).toBe(keys.length)
  })
})
