import type { Tensor as HomingTensor } from '@homing/protocol'
import type { Tensor, TensorContainer } from '@tensorflow/tfjs-core'

import { requireLife } from '../../libraries/backend-life.ts'
import type { LibraryConfig } from '../../libraries/library-config.ts'
import { oncePerBackend } from '../../libraries/once-per-backend.ts'
import { tfjsFailure } from '../../libraries/tfjs-failure.ts'
import { loadTfjsLayers, type TfjsLayers } from '../../libraries/tfjs-model.ts'
import { type RunningTfjs, selectTfjs, startTfjs, tfjsVersion } from '../../libraries/tfjs-start.ts'
import { fromTfjs, toTfjs } from '../../libraries/tfjs-tensors.ts'
import { parseTopology } from '../../libraries/tfjs-topology.ts'
import { requireTraining, untrainable } from '../require-training.ts'
import { packagedTensors, startingTensors } from '../starting-tensors.ts'
import type { Tensors, Trainer, TrainerLibrary, TrainingFiles } from '../trainer.ts'
import { type Differentiable, differentiate, type Named } from './tfjs-differentiate.ts'
import { tfjsLoss } from './tfjs-losses.ts'
import { tfjsScores } from './tfjs-scores.ts'
import { type TfjsState, tfjsUpdate } from './tfjs-update.ts'
import { tidied } from './tidied.ts'
import { stillRandomLayers, type TfjsWeight, tfjsWeights } from './tfjs-weights.ts'

/** Layers models on TensorFlow.js, which differentiates by itself. */
export function tfjsTrainers(config: LibraryConfig): TrainerLibrary {
  const start = oncePerBackend((backend) => startTfjs(backend, config))
  return {
    engine: 'tfjs',
    version: tfjsVersion,
    open: async (backend, files) => tfjsTrainer(await start(backend), files),
  }
}

/** A layers model under training, by the losses and optimisers of training graphs. */
async function tfjsTrainer(running: RunningTfjs, files: TrainingFiles): Promise<Trainer> {
  const { core, life } = running
  const { signature, ...manifest } = files.manifest
  const { recipe, tensors: names } = requireTraining(files.manifest)
  const loss = tfjsLoss(core, recipe.loss)
  if (!loss) throw untrainable(manifest, 'has a loss that TensorFlow.js does not know')
  const packaged = packagedTensors(files, names)
  const model = await loadLayers(running, files)
  if (recipe.batchStatistics) stillRandomLayers(model.layers)
  const all = tfjsWeights(core, model.layers, names)
  const weights = all.filter(({ learns }) => learns)
  const output = Math.max(
    0,
    signature.outputs.findIndex(({ name }) => name === recipe.output),
  )
  const scores = tfjsScores(core, model.ends[output]!, recipe, files.manifest)
  const update = tfjsUpdate(core, recipe)

  // What outlives a step is disposed of here.
  let state: TfjsState = {}
  let anchors: Named = {}
  /** The last tensors that gave a finite loss, where they are not the present ones. */
  let proven: Named | undefined

  const byName = (chosen: readonly TfjsWeight[]): Named =>
    Object.fromEntries(chosen.map(({ name, variable }) => [name, variable]))
  /** Handles of their own to the data of tensors. */
  const held = (tensors: Named): Named =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.clone()]))
  const assign = (tensors: Named): void => {
    for (const { name, variable } of all) {
      const tensor = tensors[name]
      if (tensor && tensor !== variable) variable.assign(tensor)
    }
  }
  const forgetState = (): void => {
    core.dispose(state)
    state = tidied(core, () => update.zeros(byName(weights)))
  }
  const takeAnchors = (): void => {
    core.dispose(anchors)
    anchors = recipe.proximal ? held(byName(weights)) : {}
  }
  forgetState()
  takeAnchors()
  /** Goes back to the last tensors that gave a finite loss: `present` where there are no others. */
  const goBack = (present?: Named): void => {
    const good = proven ?? present
    if (good) assign(good)
    core.dispose([proven, present] as TensorContainer)
    proven = undefined
    forgetState()
  }

  return {
    async begin(start) {
      const tensors = startingTensors(packaged, start)
      await selectTfjs(running)
      core.tidy(() => assign(toTensors(running, tensors)))
      core.dispose(proven)
      proven = undefined
      forgetState()
      takeAnchors()
    },
    async step({ inputs, targets }, settings) {
      const before = held(byName(all)) // running averages move before the loss is known
      const made: TensorContainer[] = []
      try {
        requireLife(life)
        await selectTfjs(running)
        const given: Differentiable = { core, model, recipe, loss, output, scores, weights, anchors }
        const found = tidied(core, () => {
          const slopes = differentiate(given, toTensors(running, inputs), toTfjs(core, targets))
          const gathered = update.gather(slopes.gradients, state)
          return { ...slopes, gathered, norm: update.norm(gathered.means) }
        })
        made.push(found)
        const figures = { ...found.metrics, ...(found.norm && { gradient_norm: found.norm }) }
        const scalars = [found.loss, ...Object.values(figures)]
        const read = Promise.all(scalars.map(async (scalar) => (await scalar.data())[0]!))
        const [value = NaN, ...rest] = await life.during(read)
        requireLife(life)
        const metrics = Object.fromEntries(Object.keys(figures).map((name, i) => [name, rest[i]!]))
        if (Number.isFinite(value)) {
          made.push(proven, state)
          proven = before
          state = tidied(core, () => {
            const norm = metrics['gradient_norm']
            const next = update.apply(byName(weights), found.gathered, norm, state, settings)
            assign(next.parameters)
            return mapState(next.state, (tensor) => tensor.clone()) // what a step leaves alone is in the old state too
          })
        } else {
          goBack(before)
        }
        return { loss: value, metrics }
      } catch (cause) {
        if (!life.end()) assign(before)
        made.push(before)
        throw tfjsFailure('run a training step', cause)
      } finally {
        core.dispose(made)
      }
    },
    async restore() {
      await selectTfjs(running)
      goBack()
    },
    async parameters() {
      try {
        requireLife(life)
        await selectTfjs(running)
        const named = all.map(async ({ name, variable }): Promise<[string, HomingTensor]> => {
          return [name, await fromTfjs(name, variable)]
        })
        const read = await life.during(Promise.all(named))
        requireLife(life)
        return Object.fromEntries(read)
      } catch (cause) {
        throw tfjsFailure('read the tensors', cause)
      }
    },
    release() {
      core.dispose([state, anchors, proven] as TensorContainer)
      model.dispose()
      return Promise.resolve()
    },
  }
}

function mapState(state: TfjsState, map: (tensor: Tensor) => Tensor): TfjsState {
  const mapped = Object.entries(state).map(([name, tensors]) => [
    name,
    Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, map(tensor)])),
  ])
  return Object.fromEntries(mapped) as TfjsState
}

async function loadLayers(
  running: RunningTfjs,
  { manifest, graph, parameters }: TrainingFiles,
): Promise<TfjsLayers> {
  const topology = parseTopology(graph)
  if (topology.format !== 'layers-model') throw untrainable(manifest, 'is no layers model')
  try {
    requireLife(running.life)
    await selectTfjs(running)
    return await loadTfjsLayers(running.core, topology, parameters, manifest.signature)
  } catch (cause) {
    throw tfjsFailure('load the model', cause)
  }
}

function toTensors({ core }: RunningTfjs, tensors: Tensors): Named {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, toTfjs(core, tensor)]))
}
