import type { Dim } from '../../builder/value-info.ts'
import { shapeOf, type TypedNode, type TypeRule } from '../type-rule.ts'

/** Classical models read a table, or one row of it: the first dimension of the output is that of the input. */
const rows = (node: TypedNode): Dim => {
  const shape = shapeOf(node)
  return shape?.length === 2 ? shape[0]! : shape?.length === 1 ? 1 : ''
}

const classifier: TypeRule = (node) => {
  const { attributes } = node
  const strings = attributes.strings('classlabels_strings')
  const ints = attributes.ints('classlabels_int64s') ?? attributes.ints('classlabels_ints')
  const classes = strings?.length ?? ints?.length
  return [
    { dtype: strings ? 'string' : 'int64', shape: [rows(node)] },
    { dtype: 'float32', shape: [rows(node), classes ?? ''] },
  ]
}

const regressor =
  (targets: string): TypeRule =>
  (node) => [{ dtype: 'float32', shape: [rows(node), node.attributes.int(targets, 1)] }]

const sameShape =
  (dtype?: 'float32'): TypeRule =>
  (node) => {
    const type = dtype ?? node.input(0)?.dtype
    return [type && { dtype: type, shape: shapeOf(node) }]
  }

/** Rules of the operator set ai.onnx.ml: classical models, trees and their preparation of features. */
export const classicRules: Readonly<Record<string, TypeRule>> = {
  'ai.onnx.ml.LinearClassifier': classifier,
  'ai.onnx.ml.SVMClassifier': classifier,
  'ai.onnx.ml.TreeEnsembleClassifier': classifier,
  'ai.onnx.ml.LinearRegressor': regressor('targets'),
  'ai.onnx.ml.TreeEnsembleRegressor': regressor('n_targets'),
  'ai.onnx.ml.SVMRegressor': (node) => [{ dtype: 'float32', shape: [rows(node), 1] }],
  'ai.onnx.ml.Scaler': sameShape('float32'),
  'ai.onnx.ml.Normalizer': sameShape('float32'),
  'ai.onnx.ml.Imputer': sameShape(),
  'ai.onnx.ml.Binarizer': sameShape(),
  'ai.onnx.ml.FeatureVectorizer': (node) => [{ dtype: 'float32', shape: [rows(node), ''] }],
  'ai.onnx.ml.ArrayFeatureExtractor': (node) => {
    const [dtype, shape] = [node.input(0)?.dtype, shapeOf(node)]
    return [dtype && { dtype, shape: shape && [...shape.slice(0, -1), shapeOf(node, 1)?.at(-1) ?? ''] }]
  },
  'ai.onnx.ml.LabelEncoder': (node) => {
    const { attributes } = node
    const dtype = attributes.has('values_strings')
      ? 'string'
      : attributes.has('values_floats')
        ? 'float32'
        : 'int64'
    return [{ dtype, shape: shapeOf(node) }]
  },
}
