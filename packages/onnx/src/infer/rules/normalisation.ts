import { fromFront, shapeOf, type TypeRule } from '../type-rule.ts'
import { elementTypeOf } from '../../tensor/element-types.ts'

/** Statistics have a size of 1 along the axes that they sum up. */
const layerNormalization: TypeRule = (node) => {
  const [x, shape] = [node.input(0), shapeOf(node)]
  const axis = shape && fromFront(node.attributes.int('axis', -1), shape.length)
  const dtype = elementTypeOf(node.attributes.int('stash_type', 1))
  const statistics = dtype && { dtype, shape: shape?.map((dim, at) => (at < axis! ? dim : 1)) }
  return [x, statistics, statistics]
}

/** Rules of normalisation and dropout, where they have outputs besides the result. */
export const normalisationRules: Readonly<Record<string, TypeRule>> = {
  BatchNormalization: (node) => [node.input(0), node.input(3), node.input(4)],
  // Before operator set 10 the mask had the type of the data.
  Dropout: (node) => {
    const x = node.input(0)
    return [x, x && { dtype: node.opset < 10 ? x.dtype : 'bool', shape: x.shape }]
  },
  LayerNormalization: layerNormalization,
}
