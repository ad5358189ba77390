import { parseWith, SignatureSchema } from '@homing/protocol'
import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import {
  completeSignature,
  exposeTensors,
  float,
  type GraphBuilder,
  graphBuilder,
  modelOperators,
  modelOpsets,
  readSignature,
  type Value,
  writeModel,
} from '../index.ts'
import { runModel } from '../testing/run-model.ts'
import { expectSameOutputs, splitWhole } from '../testing/split-and-run.ts'
import type { ModelProto, TypeProto } from '../generated/onnx-ml_pb.js'
import { makeAttributes } from '../builder/attributes.ts'

/** What skl2onnx makes of a scaler and a random forest or logistic regression: the last node zips labels and scores. */
function sklearnModel(
  kind: 'forest' | 'logistic',
  labels: { classlabels_strings: string[] } | { classlabels_int64s: number[] },
): ModelProto {
  const g = graphBuilder('sklearn', { opset: 15, domains: { 'ai.onnx.ml': 1 } })
  const ml = { domain: 'ai.onnx.ml' }
  const x = g.input('X', 'float32', ['', 3])
  const scaled = g.op('Scaler', [x], { offset: [1, 2, 3], scale: [0.5, 1, 2] }, ml)
  const zipLabels = labels
  const isText = 'classlabels_strings' in labels
  const linearLabels = isText ? labels : { classlabels_ints: labels.classlabels_int64s }
  const [label, scores] =
    kind === 'logistic'
      ? g.ops(
          'LinearClassifier',
          [scaled],
          ['output_label', 'scores'],
          {
            ...linearLabels,
            coefficients: float([1, 2, 3, -1, 0, 1, 0.5, -2, 0]),
            intercepts: float([0, 1, 2]),
            multi_class: 1,
            post_transform: 'SOFTMAX',
          },
          ml,
        )
      : g.ops(
          'TreeEnsembleClassifier',
          [scaled],
          ['output_label', 'scores'],
          { ...labels, ...forest, post_transform: 'NONE' },
          ml,
        )
  const normal = kind === 'logistic' ? g.op('Normalizer', [scores], { norm: 'L1' }, ml) : scores!
  const maps = g.op('ZipMap', [normal], zipLabels, ml)
  g.output('output_label', label!, isText ? 'string' : 'int64', [''])
  g.output('output_probability', maps, 'float32')
  const model = g.build()
  model.graph!.output[1]!.type = sequenceOfMaps()
  return model
}

/** One tree: feature 0 at 0.2, then feature 2 at -1; leaves vote for three classes. */
const forest = {
  nodes_treeids: [0, 0, 0, 0, 0],
  nodes_nodeids: [0, 1, 2, 3, 4],
  nodes_featureids: [0, 0, 2, 0, 0],
  nodes_values: float([0.2, 0, -1, 0, 0]),
  nodes_modes: ['BRANCH_LEQ', 'LEAF', 'BRANCH_LEQ', 'LEAF', 'LEAF'],
  nodes_truenodeids: [1, 0, 3, 0, 0],
  nodes_falsenodeids: [2, 0, 4, 0, 0],
  nodes_missing_value_tracks_true: [0, 0, 0, 0, 0],
  nodes_hitrates: float([1, 1, 1, 1, 1]),
  class_treeids: [0, 0, 0, 0, 0],
  class_nodeids: [1, 1, 3, 4, 4],
  class_ids: [0, 1, 1, 1, 2],
  class_weights: float([0.75, 0.25, 1, 0.5, 0.5]),
}

const tensorOf = (elemType: number) => ({
  $typeName: 'onnx.TypeProto',
  denotation: '',
  value: { case: 'tensorType', value: { $typeName: 'onnx.TypeProto.Tensor', elemType } },
})
const sequenceOfMaps = () =>
  ({
    $typeName: 'onnx.TypeProto',
    denotation: '',
    value: {
      case: 'sequenceType',
      value: {
        $typeName: 'onnx.TypeProto.Sequence',
        elemType: {
          $typeName: 'onnx.TypeProto',
          denotation: '',
          value: {
            case: 'mapType',
            value: { $typeName: 'onnx.TypeProto.Map', keyType: 8, valueType: tensorOf(1) },
          },
        },
      },
    },
  }) as unknown as TypeProto

function modelOf(
  define: (g: GraphBuilder, x: Value) => Value,
  shape: (number | string)[] | undefined = ['n', 4],
): ModelProto {
  const g = graphBuilder('case', { opset: 17 })
  g.output('y', define(g, g.input('x', 'float32', shape)), 'float32')
  const model = g.build()
  return model
}

describe('exposeTensors', () => {
  test.each(['forest', 'logistic'] as const)(
    'turns the ZipMap of a %s into probabilities that onnxruntime gives',
    async (kind) => {
      const whole = sklearnModel(kind, { classlabels_strings: ['bad', 'fair', 'good'] })
      expect(() => readSignature(whole)).toThrow(expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }))
      const { model, labels } = exposeTensors(whole)
      expect(labels).toEqual({ output_probability: ['bad', 'fair', 'good'] })
      const signature = completeSignature(readSignature(model))
      expect(parseWith(SignatureSchema, signature, 'INTERNAL', 'The signature')).toEqual({
        inputs: [{ name: 'X', dtype: 'float32', shape: ['X.0', 3] }],
        outputs: [
          { name: 'output_label', dtype: 'string', shape: ['output_label.0'] },
          { name: 'output_probability', dtype: 'float32', shape: [expect.any(String), 3] },
        ],
      })
      const feeds = { X: new Tensor('float32', [1, 2, 3, 0, 0, 0, 9, 9, 9], [3, 3]) }
      const outputs = await expectSameOutputs(writeModel(model), await splitWhole(model), feeds)
      const probabilities = Array.from(outputs['output_probability']!.data as Float32Array)
      expect(probabilities).toHaveLength(9)
      expect(probabilities[0]! + probabilities[1]! + probabilities[2]!).toBeCloseTo(1, 5)
      expect(await runModel(writeModel(model), feeds)).toHaveProperty('output_label')
    },
  )

  test('gives whole-number labels as text', () => {
    expect(exposeTensors(sklearnModel('forest', { classlabels_int64s: [3, 5, 7] })).labels).toEqual({
      output_probability: ['3', '5', '7'],
    })
  })

  test('returns a model of tensors as it is', () => {
    const model = modelOf((g, x) => g.op('Relu', [x]))
    expect(exposeTensors(model)).toEqual({ model, labels: {} })
    expect(exposeTensors(model).model).toBe(model)
  })

  test('refuses maps from elsewhere, with advice', () => {
    const model = sklearnModel('forest', { classlabels_strings: ['a', 'b', 'c'] })
    const zip = model.graph!.node.find(({ opType }) => opType === 'ZipMap')!
    zip.opType = 'DictSomething'
    expect(() => exposeTensors(model)).toThrow(/seq\(map\(string, tensor\(float32\)\)\).*zipmap/i)
    zip.opType = 'ZipMap'
    zip.attribute = makeAttributes({})
    expect(() => exposeTensors(model)).toThrow(expect.objectContaining({ code: 'ONNX_INVALID' }))
  })
})

describe('exposeTensors with other types', () => {
  test.each([
    ['sequenceType', /seq\(unknown\).*ConcatFromSequence/],
    ['optionalType', /optional\(unknown\).*OptionalGetElement/],
    ['sparseTensorType', /sparse_tensor\(float32\).*dense/],
  ])('refuses %s with advice', (kind, message) => {
    const model = modelOf((g, x) => g.op('Relu', [x]))
    const value = { case: kind, value: { elemType: kind === 'sparseTensorType' ? 1 : undefined } }
    model.graph!.output[0]!.type = {
      $typeName: 'onnx.TypeProto',
      denotation: '',
      value,
    } as unknown as TypeProto
    expect(() => exposeTensors(model)).toThrow(message)
    expect(() => readSignature(model)).toThrow(expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }))
  })
})

describe('readSignature', () => {
  test('leaves initialised inputs out and names anonymous dimensions', () => {
    const g = graphBuilder('case')
    const x = g.input('x', 'float32', ['', 4, 'x.1', ''])
    g.output('y', g.op('Relu', [x]), 'float32', ['', 4, 'x.1', ''])
    const model = g.build()
    const other = graphBuilder('other')
    other.output('o', other.input('w', 'float32', [2]))
    model.graph!.input.push(...other.build().graph!.input)
    const weight = graphBuilder('weight')
    weight.output('p', weight.parameter('w', 'float32', [2], [1, 2]))
    model.graph!.initializer.push(...weight.build().graph!.initializer)
    expect(readSignature(model)).toEqual({
      inputs: [{ name: 'x', dtype: 'float32', shape: ['x.0', 4, 'x.1', 'x.3'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: ['y.0', 4, 'x.1', 'y.3'] }],
    })
  })

  test.each<[string, (g: GraphBuilder, x: Value) => Value, unknown]>([
    [
      'Gemm',
      (g, x) =>
        g.op('Gemm', [x, g.parameter('w', 'float32', [3, 4], Array.from({ length: 12 }, Number))], {
          transB: 1,
        }),
      ['n', 3],
    ],
    ['Reshape', (g, x) => g.op('Reshape', [x, g.ints([0, 2, 2])]), ['n', 2, 2]],
    [
      'Unsqueeze and Squeeze',
      (g, x) => g.op('Squeeze', [g.op('Unsqueeze', [x, g.ints([0, -1])]), g.ints([0])]),
      ['n', 4, 1],
    ],
    ['ReduceMean', (g, x) => g.op('ReduceMean', [x], { axes: [1], keepdims: 0 }), ['n']],
    ['Transpose', (g, x) => g.op('Transpose', [x], { perm: [1, 0] }), [4, 'n']],
    ['Concat', (g, x) => g.op('Concat', [x, x], { axis: -1 }), ['n', 8]],
    ['Flatten', (g, x) => g.op('Flatten', [g.op('Unsqueeze', [x, g.ints([1])])]), ['n', 4]],
    ['Gather', (g, x) => g.op('Gather', [x, g.ints([0, 1])], { axis: 1 }), ['n', 2]],
    [
      'a convolution and pooling',
      (g, x) =>
        g.op(
          'MaxPool',
          [
            g.op(
              'Conv',
              [
                g.op('Reshape', [x, g.ints([-1, 1, 28, 28])]),
                g.parameter('w', 'float32', [8, 1, 3, 3], new Float32Array(72)),
              ],
              { pads: [1, 1, 1, 1] },
            ),
          ],
          { kernel_shape: [2, 2], strides: [2, 2] },
        ),
      ['y.0', 8, 14, 14],
    ],
    [
      'broadcasting',
      (g, x) => g.op('Add', [x, g.parameter('b', 'float32', [5, 1, 4], new Float32Array(20))]),
      [5, 'n', 4],
    ],
  ])('infers the output of %s', (_, define, shape) => {
    const model = modelOf(define)
    const declared = model.graph!.output[0]!.type!.value
    if (declared.case === 'tensorType') delete (declared.value as { shape?: unknown }).shape
    expect(readSignature(model).outputs).toEqual([{ name: 'y', dtype: 'float32', shape }])
  })

  test('leaves an unknown rank open, to be found by running the model once', () => {
    const model = modelOf((g, x) => g.op('NoSuchOperator', [x]))
    const signature = readSignature(model)
    expect(signature.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: undefined }])
    expect(() => completeSignature(signature)).toThrow(
      expect.objectContaining({ code: 'ONNX_UNSUPPORTED', details: { name: 'y' } }),
    )
    expect(completeSignature(signature, { y: ['n', 2] }).outputs).toEqual([
      { name: 'y', dtype: 'float32', shape: ['n', 2] },
    ])
  })

  test('refuses a model without inputs, of types that no caller has, and with unusable names', () => {
    const refused = expect.objectContaining({ code: 'ONNX_UNSUPPORTED' })
    const constant = graphBuilder('constant')
    constant.output('y', constant.scalar(1))
    expect(() => readSignature(constant.build())).toThrow(refused)
    const odd = graphBuilder('odd')
    odd.output('y', odd.input('x', 'bfloat16', [1]))
    expect(() => readSignature(odd.build())).toThrow(refused)
    const long = graphBuilder('long')
    long.output('y', long.input('x'.repeat(513), 'float32', [1]))
    expect(() => readSignature(long.build())).toThrow(refused)
  })
})

test('modelOperators and modelOpsets tell what a model needs', () => {
  const model = sklearnModel('logistic', { classlabels_strings: ['a', 'b', 'c'] })
  const classic = ['LinearClassifier', 'Normalizer', 'Scaler', 'ZipMap'].map((name) => `ai.onnx.ml.${name}`)
  expect(modelOperators(model)).toEqual(new Set(classic))
  expect(modelOpsets(model)).toEqual(
    new Map([
      ['', 15],
      ['ai.onnx.ml', 1],
    ]),
  )
})
