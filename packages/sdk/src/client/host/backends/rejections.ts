import type { Engine } from '@homing/protocol'

import { type Backend, type BackendFallback, backendsOf } from '../../../libraries/backend.ts'
import type { ModelRecord } from '../../../store/store.ts'
import { sdkVersion } from '../../config.ts'
import { type Adapters, noAdapter } from './adapters.ts'

/** What the keys of rejections are made of. */
export interface RejectionDeps {
  readonly adapters: () => Promise<Adapters>
  readonly engineVersion: (engine: Engine) => Promise<string>
}

/** How versions failed on this device. */
export type Rejected = ModelRecord['rejected']

/** Knows which versions failed here on which backends. What a rejection hangs on is its key: when a part of it changes, it is tried again. */
export interface Rejections {
  /** Why parameter sets are not tried here, by their `setId`: each backend that is allowed has failed. */
  refusals(rejected: Rejected, allowed: readonly Backend[] | null): Promise<ReadonlyMap<string, string>>
  /** The backends on which a parameter set failed here. */
  failed(rejected: Rejected, set: string, engine: Engine): Promise<BackendFallback[]>
  /** `failures` of a parameter set, as they are remembered. One that hangs on the network or on the moment is none. */
  remembered(set: string, engine: Engine, failures: readonly BackendFallback[]): Promise<Rejected>
}

/** What comes first in the keys of a parameter set's rejections. */
const prefixOf = (set: string): string => `${set} ${sdkVersion} `

export function createRejections({ adapters, engineVersion }: RejectionDeps): Rejections {
  /** The keys of a parameter set by backend. */
  const keysOf = async (set: string, engine: Engine): Promise<ReadonlyMap<Backend, string>> => {
    const [version, names] = await Promise.all([engineVersion(engine), adapters()])
    const prefix = `${prefixOf(set)}${engine} ${version}`
    return new Map(
      backendsOf(engine).map((backend) => [backend, `${prefix} ${backend} ${names[backend]}`] as const),
    )
  }
  const failed: Rejections['failed'] = async (rejected, set, engine) => {
    if (!Object.keys(rejected).some((key) => key.startsWith(prefixOf(set)))) return []
    const keys = await keysOf(set, engine)
    return [...keys].flatMap(([backend, key]) => {
      const failure = rejected[key]
      const stage = failure?.code === 'PROBE_FAILED' ? 'probe' : 'run'
      return failure ? [{ backend, stage, ...failure }] : []
    })
  }
  return {
    failed,
    async refusals(rejected, allowed) {
      const refusals = new Map<string, string>()
      for (const [set, engine] of setsIn(rejected)) {
        const failures = await failed(rejected, set, engine)
        const usable = backendsOf(engine).filter((backend) => allowed?.includes(backend) ?? true)
        const failedOn = usable.map((backend) => failures.find((failure) => failure.backend === backend))
        if (failedOn.length > 0 && failedOn.every((failure) => failure !== undefined))
          refusals.set(set, failedOn.at(-1)!.reason)
      }
      return refusals
    },
    async remembered(set, engine, failures) {
      const [keys, names] = await Promise.all([keysOf(set, engine), adapters()])
      const lasting = failures.filter(
        ({ backend, stage }) => keys.has(backend) && (stage !== 'start' || names[backend] === noAdapter),
      )
      return Object.fromEntries(
        lasting.map(({ backend, code, reason }) => [keys.get(backend)!, { code, reason }]),
      )
    },
  }
}

/** The parameter sets and engines that keys of this SDK name. */
function setsIn(rejected: Rejected): ReadonlyMap<string, Engine> {
  const sets = new Map<string, Engine>()
  for (const key of Object.keys(rejected)) {
    const [set, sdk, engine] = key.split(' ')
    if (sdk === sdkVersion && engine !== undefined) sets.set(set!, engine)
  }
  return sets
}
