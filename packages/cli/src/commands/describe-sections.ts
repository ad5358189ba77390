import type { Manifest, OptimiserSettings } from '@homing/protocol'

import type { CpuOperators } from '../pack/written-sections.ts'
import { byteSize } from '../byte-size.ts'

/** What a package is trained with: rows of a table. */
export function describeTraining({ training, parameters }: Manifest, cpu: CpuOperators): string[][] {
  if (!training) return []
  const { recipe, tensors, graph } = training
  const { loss, optimiser, batch, epochs, learningRate } = recipe
  const shapes = new Map(parameters.tensors.map(({ name, shape }) => [name, shape]))
  const size = (name: string): number => (shapes.get(name) ?? []).reduce((product, dim) => product * dim, 1)
  const numbers = tensors.reduce((sum, name) => sum + size(name), 0)
  return [
    ['  training', graph ? `graph of ${byteSize(graph.file.size)}` : 'by TensorFlow.js itself'],
    [
      '    trains',
      `${tensors.length} of ${parameters.tensors.length} tensors, ${numbers.toLocaleString('en')} numbers`,
    ],
    ['    loss', `${loss.kind} of ${recipe.output ?? 'the first output'}`],
    ['    optimiser', `${optimiserName(optimiser)}, learning rate ${learningRate}`],
    ['    batch', `${batch}, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`],
    ...onCpu(cpu.training),
  ]
}

/** What predictions of a package are explained with: rows of a table. */
export function describeExplanation({ explanation }: Manifest, cpu: CpuOperators): string[][] {
  if (!explanation) return []
  const { graph, output, gradients } = explanation
  const inputs = gradients.map(({ input }) => input).join(', ')
  return [
    ['  explanation', `graph of ${byteSize(graph.size)}`],
    ['    explains', `${output.name} by ${inputs}, ${output.shape[0] ?? 1} points at once`],
    ...onCpu(cpu.explanation),
  ]
}

/** On a device with WebGPU each of these is a copy to the CPU and back. */
const onCpu = (operators: readonly string[] = []): string[][] =>
  operators.length === 0 ? [] : [['    on the CPU', operators.join(', ')]]

const optimiserName = (optimiser: OptimiserSettings): string =>
  optimiser.kind === 'momentum' && optimiser.nesterov ? 'nesterov' : optimiser.kind
