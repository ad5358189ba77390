import { type Manifest, type ParameterTensor, precisionOf, type Tolerance } from '@homing/protocol'
import { compareOutputs, openPackage, seededRandom } from '@homing/sdk/node'

import { maxDamagedBytes, maxDamagedChannels } from '../../config.ts'
import { type PackedFiles, type PackedModel, runnable } from '../packed-model.ts'
import { runCases } from './golden-cases.ts'
import { movedInputs } from './moved-inputs.ts'
import { probeTolerance, roundings } from './probe-tolerance.ts'
import type { Tensors } from './tensor-set.ts'

/** How many channels were damaged, one at a time, and how many of them the probes notice. */
export interface ChannelCoverage {
  readonly damaged: number
  readonly noticed: number
}

/** Inputs that were drawn so far, and more of them. */
export interface DrawnInputs {
  readonly cases: readonly Tensors[]
  /** Draws one more, of one example. */
  more(): Tensors
}

/** Further inputs that are tried for a channel that no probe notices: it may answer to none at all. */
const furtherTries = 8

/** The rows of a stored tensor, each of which is a channel of what it makes or of what it reads. */
interface Channel {
  readonly tensor: ParameterTensor
  readonly index: number
}

/**
 * Flips the sign of channels of the packed model, drawn by `seed`, and adds inputs by which each of them is noticed: a backend
 * may compute a channel wrongly that the inputs so far leave at rest. Of models too large for that none is damaged.
 */
export async function noticedChannels(
  manifest: Manifest,
  files: PackedFiles,
  drawn: DrawnInputs,
  { seed, tolerance: allowed }: { readonly seed: number; readonly tolerance?: Tolerance | undefined },
): Promise<{ readonly cases: readonly Tensors[]; readonly coverage: ChannelCoverage }> {
  const channels = drawChannels(manifest, seed)
  const cases = [...drawn.cases]
  if (channels.length === 0) return { cases, coverage: { damaged: 0, noticed: 0 } }
  const most = 2 * cases.length
  const intact = await open(manifest, files)
  const given = (inputs: Tensors): Promise<Tensors | undefined> =>
    runCases(intact, [{ inputs }]).then(
      ([outputs]) => outputs,
      () => undefined,
    )
  try {
    const wanted = await runCases(
      intact,
      cases.map((inputs) => ({ inputs })),
    )
    const precision = precisionOf(manifest)
    const moved = cases.map((inputs) => ({ inputs: movedInputs(inputs, roundings[precision]) }))
    const tolerance = allowed ?? probeTolerance(precision, wanted, await runCases(intact, moved))
    let noticed = 0
    for (const channel of channels) {
      const damaged = await open(manifest, { ...files, parameters: flipped(files.parameters, channel) })
      const shows = async (inputs: Tensors, outputs: Tensors): Promise<boolean> =>
        compareOutputs(outputs, await damaged.run(inputs), tolerance).deviation > 1
      try {
        let isNoticed = false
        for (let at = 0; at < cases.length && !isNoticed; at++)
          isNoticed = await shows(cases[at]!, wanted[at]!)
        for (let tries = 0; tries < furtherTries && !isNoticed && cases.length < most; tries++) {
          const inputs = drawn.more()
          const outputs = await given(inputs)
          isNoticed = outputs !== undefined && (await shows(inputs, outputs))
          if (!isNoticed || !outputs) continue
          cases.push(inputs)
          wanted.push(outputs)
        }
        if (isNoticed) noticed++
      } finally {
        await damaged.release()
      }
    }
    return { cases, coverage: { damaged: channels.length, noticed } }
  } finally {
    await intact.release()
  }
}

const open = async (manifest: Manifest, { graph, parameters }: PackedFiles): Promise<PackedModel> =>
  runnable(await openPackage({ manifest, graph: graph.slice(), parameters: parameters.slice() }))

/** Channels of float32 tensors, no tensor twice before each was drawn once. */
function drawChannels({ parameters }: Manifest, seed: number): Channel[] {
  const tensors = parameters.tensors.filter(({ dtype, shape }) => dtype === 'float32' && (shape[0] ?? 0) > 0)
  if (tensors.length === 0) return []
  const random = seededRandom(seed)
  const affordable = Math.floor(maxDamagedBytes / Math.max(1, parameters.size))
  return Array.from({ length: Math.min(maxDamagedChannels, affordable) }, (_, at) => {
    const tensor = tensors[at % tensors.length]!
    return { tensor, index: Math.floor(random() * tensor.shape[0]!) }
  })
}

function flipped(parameters: Uint8Array<ArrayBuffer>, { tensor, index }: Channel): Uint8Array<ArrayBuffer> {
  const copy = parameters.slice()
  const length = tensor.size / Float32Array.BYTES_PER_ELEMENT / tensor.shape[0]!
  const view = new DataView(copy.buffer, tensor.offset + index * length * Float32Array.BYTES_PER_ELEMENT)
  for (let at = 0; at < length; at++) view.setFloat32(at * 4, -view.getFloat32(at * 4, true), true)
  return copy
}
