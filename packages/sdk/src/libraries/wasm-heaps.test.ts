import { expect, test } from 'vitest'

import { wasmHeaps } from './wasm-heaps.ts'

const page = 65_536
/** A module that defines a memory of 2 pages and exports it as `m`. */
// prettier-ignore
const withMemory = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 2, 7, 5, 1, 1, 0x6d, 2, 0])

test('heaps that JavaScript makes and those that modules bring are measured, as they are now', async () => {
  const { Memory, instantiate, Module } = WebAssembly
  const scope = { WebAssembly: { Memory, instantiate } }
  const heaps = wasmHeaps(scope)
  expect(heaps()).toBe(0)
  const made = new scope.WebAssembly.Memory({ initial: 1, maximum: 9 })
  expect(made).toBeInstanceOf(Memory)
  expect(heaps()).toBe(page)
  made.grow(4)
  const ours = scope.WebAssembly.instantiate
  const { instance } = await ours(withMemory)
  expect(heaps()).toBe(7 * page)
  await ours(new Module(withMemory))
  expect(heaps()).toBe(9 * page)
  expect(instance.exports['m']).toBeInstanceOf(Memory)
})
