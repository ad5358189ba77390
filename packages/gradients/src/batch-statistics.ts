import {
  graphBuilder,
  inferTypes,
  makeTensor,
  type ModelProto,
  modelOpsets,
  type NodeProto,
  type TensorElements,
  type Value,
} from '@homing/onnx'
import { HomingError } from '@homing/protocol'

/** A running average that training keeps: a stored tensor, and the value of the batch that moves it. */
export interface RunningAverage {
  readonly name: string
  readonly statistic: string
  /** Share of the old average in the new one. */
  readonly momentum: number
}

/** Operator set from which on ReduceMean takes its axes as an input. */
const axesInputOpset = 18

/**
 * The model with each BatchNormalization written out over the mean and variance of the batch (Ioffe and Szegedy 2015,
 * algorithm 1), and the running averages of these that serving needs.
 * @throws HomingError GRADIENT_UNSUPPORTED where the rank of a batch is not known.
 */
export function withBatchStatistics(model: ModelProto): { model: ModelProto; averages: RunningAverage[] } {
  const { graph } = model
  if (!graph) return { model, averages: [] }
  const opset = modelOpsets(model).get('') ?? 0
  const types = inferTypes(model)
  const averages: RunningAverage[] = []
  const node = graph.node.flatMap((node) => {
    if (node.opType !== 'BatchNormalization' || node.domain !== '') return node
    const rank = types.get(node.input[0] ?? '')?.shape?.length
    if (rank === undefined || rank < 2)
      throw new HomingError(
        'GRADIENT_UNSUPPORTED',
        `The rank of the batch of "${node.output[0]}" is not known`,
      )
    const momentum = node.attribute.find(({ name }) => name === 'momentum')?.f ?? 0.9
    const [mean, variance] = statisticsOf(node)
    averages.push(
      { name: node.input[3] ?? '', statistic: mean, momentum },
      { name: node.input[4] ?? '', statistic: variance, momentum },
    )
    return writtenOut(node, rank, opset)
  })
  return { model: { ...model, graph: { ...graph, node } }, averages }
}

/** Names of the batch's mean and variance. */
function statisticsOf({ output }: NodeProto): [mean: string, variance: string] {
  return [`${output[0]}/batch_mean`, `${output[0]}/batch_variance`]
}

function writtenOut(node: NodeProto, rank: number, opset: number): NodeProto[] {
  const [y] = node.output as [string]
  const g = graphBuilder('batch', { opset })
  const names = node.input.slice(0, 3)
  const inputs = new Map([...new Set(names)].map((name) => [name, g.input(name, 'float32')]))
  const [x, scale, shift] = names.map((name) => inputs.get(name))
  const op = (type: string, name: string, inputs: (Value | undefined)[], attributes = {}): Value =>
    g.ops(type, inputs, [name], attributes)[0]!
  const constant = (name: string, dtype: 'int64' | 'float32', shape: number[], data: TensorElements): Value =>
    op('Constant', `${y}/${name}`, [], { value: makeTensor('', dtype, shape, data) })

  const batchAxes = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1)
  const axes = constant('axes', 'int64', [rank - 1], batchAxes)
  const mean = (name: string, value: Value): Value =>
    opset < axesInputOpset
      ? op('ReduceMean', name, [value], { axes: batchAxes })
      : op('ReduceMean', name, [value, axes])
  const channels = constant('channels', 'int64', [rank - 1], [-1, ...new Array<number>(rank - 2).fill(1)])
  const perChannel = (name: string, value: Value | undefined): Value =>
    op('Reshape', `${y}/${name}`, [value, channels])

  const [meanName, varianceName] = statisticsOf(node)
  const centred = op('Sub', `${y}/centred`, [x, mean(meanName, x!)])
  const variance = mean(varianceName, op('Mul', `${y}/squares`, [centred, centred]))
  const epsilon = node.attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5
  const raised = op('Add', `${y}/raised`, [variance, constant('epsilon', 'float32', [], [epsilon])])
  const normal = op('Div', `${y}/normal`, [centred, op('Sqrt', `${y}/deviation`, [raised])])
  const scaled = op('Mul', `${y}/scaled`, [normal, perChannel('scale', scale)])
  g.output(y, op('Add', y, [scaled, perChannel('shift', shift)]), 'float32')
  return g.build().graph!.node
}
