import { checkInputs } from '@homing/pipeline'
import { HomingError, type Manifest } from '@homing/protocol'

import { since } from '../clock.ts'
import type { Tensors } from '../engine.ts'
import type { ProbeFiles, ProbeReport } from '../probe-api.ts'
import { compareOutputs } from './compare-outputs.ts'
import { readTensors } from './read-tensors.ts'

/**
 * Runs the probes of a version, and the first one once more: what a run leaves behind must show in no other. Outputs are
 * compared when all have run, so that one whose memory a later run writes to shows too.
 * @throws HomingError PROBE_FAILED when outputs are out of tolerance, PROBE_INVALID when the probes themselves are to blame,
 * and whatever `run` rejects with.
 */
export async function proveSession(
  { signature, probes }: Manifest,
  files: ProbeFiles,
  run: (inputs: Tensors) => Promise<Tensors>,
  only?: number,
): Promise<ProbeReport> {
  if (!probes) throw new HomingError('PROBE_INVALID', 'The version has no probes.')
  const { tolerance } = probes
  const cases = only === undefined ? probes.cases : [probes.cases[only % probes.cases.length]!]
  const began = performance.now()
  const read = cases.map(({ inputs, outputs }) => ({
    inputs: readTensors(inputs, files.inputs),
    want: readTensors(outputs, files.outputs),
  }))
  for (const { inputs } of read) requireFitting(signature, inputs)

  const runs = only === undefined ? [...read, read[0]!] : read
  const ran: { want: Tensors; got: Tensors }[] = []
  for (const { inputs, want } of runs) ran.push({ want, got: await run(inputs) })

  let [deviation, rows, agreeing] = [0, 0, 0]
  for (const [index, { want, got }] of ran.entries()) {
    const compared = compareOutputs(want, got, tolerance)
    deviation = Math.max(deviation, compared.deviation)
    rows += compared.rows
    agreeing += compared.agreeing
    if (compared.problem !== undefined)
      throw failed(`${caseName(index, cases.length)}: ${compared.problem}`, deviation)
  }
  const least = tolerance.labels ?? 0
  if (rows > 0 && agreeing / rows < least)
    throw failed(`${agreeing} of ${rows} labels agree, and ${least * 100}% must`, deviation)
  return { cases: cases.length, deviation, duration: since(began) }
}

const caseName = (index: number, count: number): string =>
  index < count ? `probe ${index + 1}` : 'probe 1, once more after the others'

function failed(problem: string, deviation: number): HomingError {
  return new HomingError('PROBE_FAILED', `The backend computes wrongly: ${problem}`, {
    details: { deviation },
  })
}

function requireFitting(signature: Manifest['signature'], inputs: Tensors): void {
  try {
    checkInputs(signature, inputs)
  } catch (cause) {
    throw new HomingError(
      'PROBE_INVALID',
      `A probe has no valid inputs: ${HomingError.from(cause).message}`,
      {
        cause,
      },
    )
  }
}
