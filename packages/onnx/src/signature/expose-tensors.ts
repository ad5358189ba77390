import { create } from '@bufbuild/protobuf'
import { HomingError } from '@homing/protocol'

import { makeValueInfo } from '../builder/value-info.ts'
import { type ModelProto, type NodeProto, NodeProtoSchema } from '../generated/onnx-ml_pb.js'
import { copyModel } from '../graph/copy-graph.ts'
import { nodeAttributes } from '../graph/node-attributes.ts'
import { operatorName, valueUses } from '../graph/value-uses.ts'
import { inferTypes } from '../infer/infer-types.ts'
import { typeName } from './type-name.ts'

/** A model all of whose outputs are tensors. */
export interface ExposedModel {
  /** The model given, when nothing had to change. */
  readonly model: ModelProto
  /** Labels by output, in the order of its columns, of outputs that were maps from label to probability. */
  readonly labels: Readonly<Record<string, string[]>>
}

/**
 * Turns outputs that are maps into tensors: scikit-learn's converter ends classifiers in a ZipMap, which makes a list of
 * maps of a table of probabilities; the output becomes that table, of the same name.
 * @throws HomingError ONNX_UNSUPPORTED, with advice, for other outputs that are not tensors.
 */
export function exposeTensors(model: ModelProto): ExposedModel {
  const outputs = model.graph?.output ?? []
  const odd = outputs.filter(({ type }) => type?.value.case !== undefined && type.value.case !== 'tensorType')
  if (odd.length === 0 || !model.graph) return { model, labels: {} }
  const copy = copyModel(model)
  const graph = copy.graph!
  const types = inferTypes(model)
  const uses = valueUses(graph)
  const labels: Record<string, string[]> = {}
  for (const { name, type } of odd) {
    const index = graph.node.findIndex((node) => node.output[0] === name)
    const node = graph.node[index]
    if (!node || operatorName(node) !== 'ai.onnx.ml.ZipMap' || uses.get(name)?.length !== 1) {
      throw new HomingError(
        'ONNX_UNSUPPORTED',
        `The output "${name}" is of type ${typeName(type)}. Only tensors are carried: ${adviceFor(typeName(type))}`,
        { details: { name } },
      )
    }
    const classes = classLabels(node)
    const table = types.get(node.input[0] ?? '')
    graph.node[index] = create(NodeProtoSchema, {
      input: [...node.input],
      output: [name],
      opType: 'Identity',
    })
    // A ZipMap takes a table of floats with a column for each class.
    const info = makeValueInfo(name, { dtype: 'float32', shape: [table?.shape?.[0] ?? '', classes.length] })
    graph.output[graph.output.findIndex((output) => output.name === name)] = info
    graph.valueInfo = graph.valueInfo.filter((value) => value.name !== name)
    Object.defineProperty(labels, name, { value: classes, enumerable: true })
  }
  return { model: copy, labels }
}

function classLabels(node: NodeProto): string[] {
  const attributes = nodeAttributes(node)
  const labels =
    attributes.strings('classlabels_strings') ?? attributes.ints('classlabels_int64s')?.map(String)
  if (labels) return labels
  throw new HomingError('ONNX_INVALID', `The ZipMap that makes "${node.output[0] ?? ''}" names no classes`)
}

function adviceFor(type: string): string {
  if (type.includes('map('))
    return 'export the classifier without its ZipMap (skl2onnx: options={"zipmap": False})'
  if (type.startsWith('seq(')) return 'end the model in ConcatFromSequence or SequenceAt'
  if (type.startsWith('optional(')) return 'end the model in OptionalGetElement'
  return 'export the model so that it gives dense tensors'
}
