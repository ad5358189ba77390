import { type ModelProto, tensorTypeOf, upgradeOpset } from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import type { Emitter, ShapedValue } from '../emitter.ts'
import { type ForwardGraph, readForwardGraph } from '../forward-graph.ts'
import { repeatNodes } from '../repeat-nodes.ts'
import { writeGradients } from '../reverse.ts'
import type { Loss } from './loss.ts'

/** Input of a loss model for what the output is compared with. */
const targetsInput = 'targets'

/**
 * A loss that is an ONNX model of its own, differentiated by the same rules: from the output (its input of any name) and
 * `targets` it computes a scalar, its first output. Further scalar outputs are metrics.
 * @throws HomingError CONFIG_INVALID for a model of another form or none, ONNX_UNSUPPORTED for one of a newer operator
 *   set; `targets` throws when the output does not fit, `write` GRADIENT_UNSUPPORTED for an operator without gradient.
 */
export function graphLoss(given: ModelProto | undefined, opset: number): Loss {
  const model = given && upgradeOpset(given, opset)
  if (!model?.graph) throw new HomingError('CONFIG_INVALID', 'A loss of kind "graph" needs its ONNX model')
  const { graph } = model
  const stored = new Set(graph.initializer.map(({ name }) => name))
  const inputs = graph.input.filter(({ name }) => !stored.has(name))
  const [input, ...others] = inputs.filter(({ name }) => name !== targetsInput)
  if (!input || others.length > 0 || inputs.length !== 2)
    throw misfit(`has inputs ${inputs.map(({ name }) => `"${name}"`).join(', ')}`)
  const declared = tensorTypeOf(input)?.shape ?? []
  const outputs = graph.output.map(({ name }) => name)

  /** The loss model, read for an output of this shape. */
  const readFor = (output: ShapedValue): ForwardGraph[] => {
    const bound = declared.flatMap((dim, axis): [string, number][] =>
      typeof dim === 'string' && axis in output.shape ? [[dim, output.shape[axis]!]] : [],
    )
    return outputs.map((name) => {
      const read = readForwardGraph(model, { dims: Object.fromEntries(bound), output: name })
      if (read.opset !== opset)
        throw new HomingError(
          'ONNX_UNSUPPORTED',
          `The loss has operator set ${read.opset}, which is newer than the ${opset} of the model`,
        )
      if (read.output.shape.length > 0)
        throw misfit(`gives "${name}" of shape [${read.output.shape.join(', ')}]`)
      return read
    })
  }
  return {
    targets(output) {
      const [read] = readFor(output)
      const [takes, targets] = [input.name, targetsInput].map((name) =>
        read!.inputs.find((value) => value.name === name),
      )
      const { name, dtype } = read!.output
      if (dtype !== 'float32' && dtype !== 'float64') throw misfit(`gives "${name}" of ${dtype}`)
      if (!takes || !targets) throw misfit('does not depend on both of them')
      if (takes.dtype !== output.dtype || takes.shape.join() !== output.shape.join())
        throw misfit(
          `takes ${takes.dtype} [${takes.shape.join(', ')}], and "${output.name}" is ${output.dtype} [${output.shape.join(', ')}]`,
        )
      return { dtype: targets.dtype, shape: targets.shape }
    },
    write(emit, output, targets) {
      const given = { [input.name]: output, [targetsInput]: targets }
      const [loss, ...metrics] = readFor(output).map((read) => inlined(emit, read, given))
      const one = emit.scalar(1, loss!.output.dtype)
      const gradient = writeGradients(loss!, emit, one, [output.name]).get(output.name)!
      const named = metrics.map(({ output }, index) => [outputs[index + 1]!, output] as const)
      return { loss: loss!.output, metrics: Object.fromEntries(named), gradient }
    },
  }
}

/** Writes a graph under names of its own into another one, whose values `given` feed its inputs. */
function inlined(
  emit: Emitter,
  graph: ForwardGraph,
  given: Readonly<Record<string, ShapedValue>>,
): ForwardGraph {
  const stored = [...graph.initializers].map(([name, tensor]) => [name, emit.tensor(tensor)] as const)
  const renamed = new Map([...Object.entries(given), ...stored])
  const values = new Map<string, { name: string }>(renamed)
  const nodes = repeatNodes(emit, graph.nodes, values)
  return { ...graph, nodes, output: { ...graph.output, name: values.get(graph.output.name)!.name } }
}

function misfit(problem: string): HomingError {
  return new HomingError(
    'CONFIG_INVALID',
    `A loss computes scalars from the output and "${targetsInput}"; this one ${problem}`,
  )
}
