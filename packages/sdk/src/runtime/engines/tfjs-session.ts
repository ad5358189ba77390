import type { Manifest, Tensor } from '@homing/protocol'
import type { Tensor as TfjsTensor } from '@tensorflow/tfjs-core'

import { requireLife } from '../../libraries/backend-life.ts'
import { tfjsFailure } from '../../libraries/tfjs-failure.ts'
import type { TfjsCore } from '../../libraries/tfjs-library.ts'
import { loadTfjsModel, type TfjsModel, type TfjsTensors } from '../../libraries/tfjs-model.ts'
import { type RunningTfjs, selectTfjs } from '../../libraries/tfjs-start.ts'
import { fromTfjs, toTfjs } from '../../libraries/tfjs-tensors.ts'
import { parseTopology } from '../../libraries/tfjs-topology.ts'
import type { EngineSession, Tensors } from '../engine.ts'
import type { LoadRequest } from '../runtime-api.ts'

/** What the graph executor says of a graph that it can only run asynchronously. */
const needsAsync = /executeAsync/

/** Makes a session on one backend. */
export async function tfjsSession(
  running: RunningTfjs,
  { signature }: Manifest,
  { graph, parameters }: Pick<LoadRequest, 'graph' | 'parameters'>,
): Promise<EngineSession> {
  const { core, life } = running
  let model: TfjsModel
  const topology = parseTopology(graph)
  try {
    requireLife(life)
    await selectTfjs(running)
    model = await loadTfjsModel(core, topology, parameters, signature)
  } catch (cause) {
    throw tfjsFailure('load the model', cause)
  }
  const names = signature.outputs.map(({ name }) => name)
  const readAll = (outputs: readonly TfjsTensor[]): Promise<Tensor[]> =>
    Promise.all(outputs.map((output, index) => fromTfjs(names[index]!, output)))
  let asynchronous = false

  const outputsOf = async (inputs: Tensors): Promise<readonly TfjsTensor[]> => {
    if (!asynchronous) {
      try {
        return core.tidy(() => model.run(toTensors(core, inputs)) as TfjsTensor[])
      } catch (error) {
        if (!(error instanceof Error && needsAsync.test(error.message))) throw error
        asynchronous = true
      }
    }
    const fed = toTensors(core, inputs)
    const outputs = await model.runAsync(fed).catch((error: unknown) => {
      core.dispose(fed)
      throw error
    })
    core.dispose(Object.values(fed).filter((tensor) => !outputs.includes(tensor)))
    return outputs
  }

  return {
    async run(inputs) {
      try {
        requireLife(life)
        await selectTfjs(running)
        const outputs = await outputsOf(inputs)
        try {
          const read = await life.during(readAll(outputs))
          requireLife(life)
          return Object.fromEntries(read.map((tensor, index): [string, Tensor] => [names[index]!, tensor]))
        } finally {
          core.dispose([...outputs])
        }
      } catch (cause) {
        throw tfjsFailure('run the model', cause)
      }
    },
    async gradients(inputs, wanted) {
      let fed: TfjsTensors = {}
      let slopes: TfjsTensor[] = []
      const { tfjsGradients } = await import('./tfjs-gradients.ts')
      try {
        requireLife(life)
        await selectTfjs(running)
        fed = toTensors(core, inputs)
        slopes = tfjsGradients(core, model, names.indexOf(wanted.output), fed, wanted)
        const read = await life.during(Promise.all(slopes.map((slope) => slope.data<'float32'>())))
        requireLife(life)
        return Object.fromEntries(wanted.inputs.map((name, i) => [name, read[i]!]))
      } catch (cause) {
        throw tfjsFailure('differentiate the model', cause)
      } finally {
        core.dispose([...Object.values(fed), ...slopes])
      }
    },
    release() {
      model.dispose()
      return Promise.resolve()
    },
  }
}

function toTensors(core: TfjsCore, inputs: Tensors): TfjsTensors {
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, toTfjs(core, tensor)]))
}
