import { expect, test } from 'vitest'

import { graphBuilder, readModel, withMetadata, writeModel } from '../index.ts'

test('metadata are added, replace those of their key, and survive the file', () => {
  const g = graphBuilder('copy', { metadata: { author: 'a', kind: 'old' } })
  g.output('y', g.op('Identity', [g.input('x', 'float32', [1])]))
  const model = g.build()
  const read = readModel(writeModel(withMetadata(model, { kind: 'new', more: 'b' })))
  expect(read.metadataProps.map(({ key, value }) => [key, value])).toEqual([
    ['author', 'a'],
    ['kind', 'new'],
    ['more', 'b'],
  ])
  expect(model.metadataProps).toHaveLength(2)
})
