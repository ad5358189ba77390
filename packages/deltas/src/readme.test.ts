import { sha256Hex } from '@homing/protocol'
import { expect, test } from 'vitest'

import readme from '../README.md?raw'
import { applyPatch, makePatch } from './index.ts'
import source from './readme.test.ts?raw'

test('the example of the README runs', async () => {
  // example
  const weights = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i ** 3))
  const base = new Uint8Array(weights.buffer)
  const target = new Uint8Array(weights.map((weight) => weight * 1.00001).buffer)
  const segments = [{ type: 'float32' as const, length: target.length, from: 0 }]

  const patch = await makePatch({ base, target, segments })
  // patch.bytes has 8 kB for 40 kB of target; patch.method is 'difference', patch.codec 'arithmetic'
  const expected = { sha256: await sha256Hex(target), size: target.length }
  const made = await applyPatch({ patch: [patch!.bytes], base, expected })
  // made equals target, and its hash was checked
  // end
  expect(made).toEqual(target)
  expect(patch).toMatchObject({ method: 'difference', codec: 'arithmetic' })
  expect(`${Math.round(patch!.bytes.length / 1000)} kB for ${target.length / 1000} kB`).toBe('8 kB for 40 kB')

  const example = /\/\/ example\n(.*?) {2}\/\/ end/s.exec(source)![1]!.replace(/^ {2}/gm, '')
  expect(readme).toContain(example.trim())
})
