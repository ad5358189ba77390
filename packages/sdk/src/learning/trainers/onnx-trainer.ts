import type { Tensor as HomingTensor, TrainingGraphFile } from '@homing/protocol'
import type { Tensor } from 'onnxruntime-web'

import { requireLife } from '../../libraries/backend-life.ts'
import type { LibraryConfig } from '../../libraries/library-config.ts'
import { onnxFailure } from '../../libraries/onnx-failure.ts'
import { type OnnxTensors, openOnnxGraph } from '../../libraries/onnx-graph.ts'
import { onnxVersion, type RunningOnnx, startOnnx } from '../../libraries/onnx-start.ts'
import { fromOnnx, toOnnx } from '../../libraries/onnx-tensors.ts'
import { oncePerBackend } from '../../libraries/once-per-backend.ts'
import { disposeAll } from './dispose-all.ts'
import { copyOf, onnxConstants } from './onnx-constants.ts'
import { requireTraining, untrainable } from '../require-training.ts'
import { packagedTensors, startingTensors, zerosLike } from '../starting-tensors.ts'
import type { Tensors, Trainer, TrainerLibrary, TrainingFiles } from '../trainer.ts'

/** Training graphs on onnxruntime-web. */
export function onnxTrainers(config: LibraryConfig): TrainerLibrary {
  const start = oncePerBackend((backend) => startOnnx(backend, config))
  return {
    engine: 'onnx',
    version: () => onnxVersion(),
    open: async (backend, files) => onnxTrainer(await start(backend), files),
  }
}

/**
 * A training graph whose tensors are fed and taken step after step. On webgpu they stay on the GPU in between; only the
 * loss and the metrics come back.
 */
export async function onnxTrainer(running: RunningOnnx, files: TrainingFiles): Promise<OnnxTrainer> {
  const { library, backend } = running
  const { manifest } = files
  const { graph: names, targets: targetsSpec } = requireTraining(manifest)
  if (!names) throw untrainable(manifest, 'names no training graph')
  const packaged = packagedTensors(
    files,
    names.slots.map(({ input }) => input),
  )
  const changed = names.slots.flatMap(({ state, ...slot }) => [slot, ...state])
  const outputs = [names.loss, ...names.metrics, ...changed.map(({ output }) => output)]
  const graph = await openOnnxGraph(
    running,
    { ...files, path: manifest.parameters.path },
    backend === 'webgpu'
      ? { preferredOutputLocation: Object.fromEntries(changed.map(({ output }) => [output, 'gpu-buffer'])) }
      : {},
  )
  const scalar = (value: number): Tensor =>
    toOnnx(library, { dtype: 'float32', shape: [], data: Float32Array.of(value) })
  const numberOf = (tensor: Tensor | undefined): number => Number(tensor!.data[0])

  let constants = await onnxConstants(running, anchorsOf(names, packaged))
  /** What the next step is fed: the trained tensors, and what the optimiser keeps. */
  let parameters: OnnxTensors = {}
  let state: OnnxTensors = {}
  /** The last tensors that gave a finite loss, where they are not the present ones. */
  let proven: OnnxTensors | undefined

  const zeroState = (): OnnxTensors =>
    collect(
      names.slots.flatMap((slot) => slot.state.map(({ input }) => [input, zerosLike(packaged[slot.input]!)])),
    )
  const collect = (entries: readonly (readonly [string, HomingTensor])[]): OnnxTensors =>
    Object.fromEntries(entries.map(([name, tensor]) => [name, toOnnx(library, tensor)]))
  const forget = (): void => {
    for (const tensors of [parameters, state, proven ?? {}]) disposeAll(tensors)
    proven = undefined
  }
  const fresh = (tensors: Tensors): void => {
    parameters = collect(Object.entries(tensors).map(([name, tensor]) => [name, copyOf(tensor)]))
    state = zeroState()
  }
  /** Goes back to the last tensors that gave a finite loss. */
  const restore = (): void => {
    if (proven) {
      disposeAll(parameters)
      parameters = proven
      proven = undefined
    }
    disposeAll(state)
    state = zeroState()
  }
  fresh(packaged)

  return {
    async begin(start) {
      const tensors = startingTensors(packaged, start)
      const anchors = await onnxConstants(running, anchorsOf(names, tensors))
      forget()
      constants.release()
      constants = anchors
      fresh(tensors)
    },
    async step({ inputs, targets }, { learningRate, step }) {
      const feeds = {
        ...collect(Object.entries(inputs)),
        ...parameters,
        ...state,
        ...constants.tensors,
        [targetsSpec.name]: toOnnx(library, targets),
        [names.learningRate]: scalar(learningRate),
        [names.step]: scalar(step),
      }
      const results = await graph.run(feeds, outputs)
      const taken = (slots: readonly { input: string; output: string }[]): OnnxTensors =>
        Object.fromEntries(slots.map(({ input, output }) => [input, results[output]!]))
      const next = taken(names.slots)
      const nextState = taken(names.slots.flatMap((slot) => slot.state))
      const loss = numberOf(results[names.loss])
      const metrics = Object.fromEntries(names.metrics.map((name) => [name, numberOf(results[name])]))
      if (Number.isFinite(loss)) {
        disposeAll({ ...proven, ...state }) // no two of them have a name in common
        proven = parameters
        parameters = next
        state = nextState
      } else {
        disposeAll({ ...next, ...nextState })
        restore()
      }
      return { loss, metrics }
    },
    restore() {
      restore()
      return Promise.resolve()
    },
    async parameters() {
      const named = Object.entries(parameters).map(
        async ([name, tensor]): Promise<[string, HomingTensor]> => {
          await tensor.getData(true) // from here on it is fed from the CPU
          return [name, copyOf(fromOnnx(name, tensor))]
        },
      )
      try {
        const read = await running.life.during(Promise.all(named))
        requireLife(running.life)
        return Object.fromEntries(read)
      } catch (cause) {
        throw onnxFailure('read the tensors', cause)
      }
    },
    async release() {
      forget()
      constants.release()
      await graph.release()
    },
    locations: () => new Set(Object.values({ ...parameters, ...state }).map(({ location }) => location)),
  }
}

/** The trainer, and where its tensors lie. */
export interface OnnxTrainer extends Trainer {
  readonly locations: () => ReadonlySet<Tensor['location']>
}

function anchorsOf({ slots }: TrainingGraphFile, tensors: Tensors): Tensors {
  return Object.fromEntries(
    slots.flatMap(({ input, anchor }) => (anchor === undefined ? [] : [[anchor, tensors[input]!] as const])),
  )
}
