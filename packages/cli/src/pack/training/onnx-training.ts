import { backendSupport, trainingGraph, type TrainingGraph } from '@homing/gradients'
import { inlineFunctions, type ModelProto, readModel, withMetadata, writeModel } from '@homing/onnx'
import { HomingError, type Training, type TrainingRecipe } from '@homing/protocol'

import { maxModelBytes } from '../../config.ts'
import { fixedInputs, withInputs } from '../fixed-inputs.ts'
import { fixedTensor } from '../fixed-tensor.ts'
import { readSmallFile } from '../read-small-file.ts'
import { writtenFor } from '../written-for.ts'
import { learnedAlone } from './learned-alone.ts'
import { lossInput } from './loss-input.ts'
import { activationOf, outputEnd } from './output-end.ts'
import { recipeOf } from './recipe-of.ts'
import type { TrainingConfig } from './training-config.ts'
import type { TrainingPlan, WrittenTraining } from './training-plan.ts'

/**
 * Writes one training step for a packed inference graph. Learned tensors that it does not change stay where that graph
 * has them, in the package's parameter file.
 * @throws HomingError CONFIG_INVALID, GRADIENT_UNSUPPORTED, ONNX_UNSUPPORTED, ONNX_INVALID
 */
export async function onnxTraining(graph: Uint8Array, plan: TrainingPlan): Promise<WrittenTraining> {
  const { config, signature, pipeline, inference } = plan
  const model = inlineFunctions(readModel(graph))
  const recipe = recipeOf(plan, (output) => activationOf(outputEnd(model, output)))
  const { batch, epochs: _epochs, learningRate: _rate, output, ...step } = recipe
  const inputs = fixedInputs(signature.inputs, { batch, dims: config.dims ?? {} })
  const reading = pipeline?.outputs.find(({ tensor }) => tensor === output)
  const probabilities = reading?.kind === 'classification' && reading.activation === 'none'
  const read = lossInput(learnedAlone(withInputs(model, inputs)), output, recipe.loss.kind, probabilities)
  const written = trainingGraph(read.model, {
    ...step,
    output: read.output,
    lossGraph: await lossGraph(recipe, config),
  })
  return {
    section: {
      inference,
      recipe,
      inputs: written.batch.map(fixedTensor),
      targets: {
        ...fixedTensor(written.targets),
        ...(written.targets.classes !== undefined && { classes: written.targets.classes }),
      },
      tensors: written.parameters.map(({ input }) => input),
    },
    graph: {
      bytes: writeModel(withMetadata(written.model, writtenFor(inference))),
      onCpu: backendSupport(written.model).onCpu,
      names: namesOf(written),
    },
  }
}

async function lossGraph({ loss }: TrainingRecipe, config: TrainingConfig): Promise<ModelProto | undefined> {
  if (loss.kind !== 'graph') return undefined
  if (!config.loss || !('file' in config.loss))
    throw new HomingError('CONFIG_INVALID', 'A loss of kind "graph" needs the "file" of its ONNX model')
  const { file } = config.loss
  return readModel(await readSmallFile(file, maxModelBytes, 'CONFIG_INVALID', `The loss graph ${file}`))
}

function namesOf({
  parameters,
  learningRate,
  step,
  loss,
  metrics,
}: TrainingGraph): Omit<NonNullable<Training['graph']>, 'file'> {
  const slots = parameters.map(({ shape: _shape, state, ...slot }) => ({
    ...slot,
    state: state.map(({ input, output }) => ({ input, output })),
  }))
  return { slots, learningRate, step, loss, metrics: [...metrics] }
}
