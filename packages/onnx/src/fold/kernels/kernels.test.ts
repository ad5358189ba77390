import fc from 'fast-check'
import { expect, test } from 'vitest'

import { create } from '@bufbuild/protobuf'

import { NodeProtoSchema } from '../../generated/onnx-ml_pb.js'
import { nodeAttributes } from '../../graph/node-attributes.ts'
import { computeNode, isComputed } from '../compute-node.ts'
import { fill, type KnownTensor, type KnownType, type NumberType } from '../known-tensor.ts'
import { arithmeticKernels } from './arithmetic.ts'
import { functionKernels } from './functions.ts'
import { makingKernels } from './making.ts'
import { movementKernels } from './movement.ts'

const operators = [arithmeticKernels, functionKernels, makingKernels, movementKernels].flatMap(Object.keys)
const dtypes: NumberType[] = ['float32', 'float16', 'int64', 'int32', 'uint64', 'bool']
const type: fc.Arbitrary<KnownType> = fc.record({
  dtype: fc.constantFrom(...dtypes),
  shape: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
})
const tensor = fc
  .tuple(type, fc.array(fc.integer({ min: -3, max: 5 }), { minLength: 1 }))
  .map(([of, values]) =>
    fill(of, (index) => {
      const value = values[index % values.length]!
      return of.dtype.endsWith('64') ? BigInt(value) : value
    }),
  )

const none: KnownTensor = { dtype: 'int64', shape: [0], data: new BigInt64Array(0) }
const zero: KnownTensor = { dtype: 'int64', shape: [], data: BigInt64Array.of(0n) }

test('no kernel throws, whatever contradicts in a damaged model', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...operators),
      fc.array(fc.option(tensor, { nil: undefined }), { maxLength: 5 }),
      fc.array(type, { maxLength: 3 }),
      fc.integer({ min: -5, max: 5 }),
      (operator, inputs, outputs, axis) => {
        expect(isComputed(operator)).toBe(true)
        const attributes = nodeAttributes(
          create(NodeProtoSchema, {
            attribute: [
              { name: 'axis', i: BigInt(axis) },
              { name: 'perm', ints: [2n, 0n] },
            ],
          }),
        )
        const results = computeNode(operator, { attributes, inputs, outputs })
        expect(results === undefined || Array.isArray(results)).toBe(true)
      },
    ),
    { numRuns: 5000, examples: [['Range', [zero, undefined, none], [{ dtype: 'int64', shape: [] }], 0]] },
  )
})
