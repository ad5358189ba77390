import type { ModelProto, NodeProto } from '../generated/onnx-ml_pb.js'
import { inferTypes } from '../infer/infer-types.ts'
import { elementTypes } from '../tensor/element-types.ts'
import { copyModel } from './copy-graph.ts'
import { makeNode } from './make-node.ts'
import { operatorName } from './value-uses.ts'

/**
 * The model with a Cast for each CastLike of its main graph whose type is known. A CastLike seems to depend on the
 * tensor that it is to be like, of which it reads nothing; functions of PyTorch's exporter are full of them. Given back
 * as it is when it has none.
 */
export function settleCastLike(model: ModelProto): ModelProto {
  if (!model.graph?.node.some(isCastLike)) return model
  const types = inferTypes(model)
  const copy = copyModel(model)
  copy.graph!.node = copy.graph!.node.map((node) => {
    const like = types.get(node.input[1] ?? '')
    if (!isCastLike(node) || !like) return node
    const cast = makeNode('Cast', [node.input[0]!], node.output[0]!, { to: elementTypes[like.dtype].code })
    return Object.assign(cast, { name: node.name })
  })
  return copy
}

const isCastLike = (node: NodeProto): boolean => operatorName(node) === 'CastLike'
