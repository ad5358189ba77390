import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import {
  HomingError,
  paths,
  type ReportedCall,
  sha256Hex,
  type Tensor,
  type Tolerance,
} from '@homing/protocol'
import { compareOutputs, loadPackage, type NodePackage } from '@homing/sdk/node'

import { readReport } from './read-report.ts'
import { inputsOf, outputsOf } from './reported-values.ts'

/** Where the packages lie: the folder that `homing pack` wrote. */
export interface ReplayOptions {
  readonly packages: string
}

/** How one call of a report went here. */
export interface ReplayedCall extends Pick<ReportedCall, 'model' | 'version' | 'backend' | 'precision'> {
  /** Its place in the report. */
  readonly call: number
  /**
   * `agrees`: the same outputs, or the same error. `differs`: other outputs, or another error. `answers`: it failed on the device
   * alone. `fails`: it fails here alone. `skipped`: the report does not hold what it takes.
   */
  readonly verdict: 'agrees' | 'differs' | 'answers' | 'fails' | 'skipped'
  /** In words. */
  readonly detail: string
}

/** What outputs may differ by where the package has no probes that say it. */
const usualTolerance: Tolerance = { absolute: 1e-3, relative: 1e-3 }

/**
 * Runs the calls of a report again, each on the version and the parameters that answered on the device.
 * @throws HomingError CONFIG_INVALID for what is no report; VERSION_UNKNOWN, INTEGRITY_FAILED, ... for packages that are not there
 * or not whole.
 */
export async function replay(report: string, { packages }: ReplayOptions): Promise<ReplayedCall[]> {
  const { calls } = await readReport(report)
  const open = new Map<string, Promise<NodePackage>>()
  const hashes = new Map<string, Promise<string>>()
  /** Whether the package here is the one that answered: two repositories may call different ones by the same version. */
  const isAnother = async (
    { model, manifest }: Pick<ReportedCall, 'model' | 'manifest'>,
    version: string,
  ): Promise<boolean> => {
    if (manifest === undefined) return false
    const path = join(packages, paths.manifest(model, version))
    const hashing = hashes.get(path) ?? readFile(path).then(sha256Hex, () => manifest) // told where it is opened
    hashes.set(path, hashing)
    return (await hashing) !== manifest
  }
  const packageOf = ({ model, version, precision }: ReportedCall & { version: string }) => {
    const key = `${model} ${version} ${precision ?? ''}`
    const opening = open.get(key) ?? loadPackage(packages, model, version, precision)
    open.set(key, opening)
    return opening
  }
  const replayed: ReplayedCall[] = []
  try {
    for (const [index, call] of calls.entries()) {
      const { model, version, backend, precision } = call
      const about = {
        call: index + 1,
        model,
        ...(version === undefined ? {} : { version }),
        ...(backend === undefined ? {} : { backend }),
        ...(precision === undefined ? {} : { precision }),
      }
      const missing = missingOf(call)
      if (missing !== undefined || version === undefined || !call.inputs)
        replayed.push({ ...about, verdict: 'skipped', detail: missing ?? 'no version served' })
      else if (await isAnother(call, version))
        replayed.push({ ...about, verdict: 'skipped', detail: 'the package here has another manifest' })
      else
        replayed.push({
          ...about,
          ...(await again(call, call.inputs, await packageOf({ ...call, version }))),
        })
    }
    return replayed
  } finally {
    for (const opened of open.values()) await opened.then((loaded) => loaded.release()).catch(() => undefined)
  }
}

function missingOf({ version, inputs, withheld, outputs, error }: ReportedCall): string | undefined {
  if (!inputs) return withheld ? `no inputs: ${withheld}` : 'no inputs: the app did not consent'
  if (version === undefined) return 'no version served'
  return outputs || error ? undefined : 'no outputs'
}

async function again(
  { outputs, error, time }: ReportedCall,
  inputs: NonNullable<ReportedCall['inputs']>,
  { manifest, predict }: NodePackage,
): Promise<Pick<ReplayedCall, 'verdict' | 'detail'>> {
  const given = inputsOf(inputs)
  const reply = await predict(given, { now: time }).catch((failed: unknown) => HomingError.from(failed))
  if (reply instanceof HomingError) {
    const detail = `${reply.code}: ${reply.message}`
    if (!error) return { verdict: 'fails', detail }
    return { verdict: reply.code === error.code ? 'agrees' : 'differs', detail }
  }
  if (error) return { verdict: 'answers', detail: `${error.code} on the device, an answer here` }
  return compared(reply.outputs, outputsOf(outputs!), manifest.probes?.tolerance ?? usualTolerance)
}

/** The outputs of the device beside those that this process gives. */
function compared(
  here: Readonly<Record<string, Tensor>>,
  there: Readonly<Record<string, Tensor>>,
  tolerance: Tolerance,
): Pick<ReplayedCall, 'verdict' | 'detail'> {
  if (hasNaN(here))
    return { verdict: hasNaN(there) ? 'agrees' : 'differs', detail: 'the model gives NaN here' }
  const { deviation, problem, rows, agreeing } = compareOutputs(here, there, tolerance)
  if (problem !== undefined) return { verdict: 'differs', detail: `on the device ${problem}` }
  const labels = rows > 0 ? `, ${agreeing} of ${rows} greatest elements alike` : ''
  return { verdict: 'agrees', detail: `${Math.round(deviation * 100)}% of the tolerance${labels}` }
}

function hasNaN(outputs: Readonly<Record<string, Tensor>>): boolean {
  return Object.values(outputs).some(({ data }) => (data as readonly unknown[]).some(Number.isNaN))
}
