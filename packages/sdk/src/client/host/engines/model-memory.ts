import type { Engine, Manifest } from '@homing/protocol'

import { memoryShare, unknownMemoryBudget } from '../../config.ts'

/** What one model has in memory. */
export interface ModelMemory {
  readonly engine: Engine
  /** Of its graph and parameters. */
  readonly bytes: number
  /** Whether it is not there now, and comes back when it is called. */
  readonly asleep: boolean
}

/** An open model, as far as its memory goes. */
export interface Sleeper {
  /** Undefined while nothing serves. */
  readonly memory: ModelMemory | undefined
  /** Leaves the memory until it is called. Does nothing where something else is going on with it. */
  sleep(): Promise<void>
  /** Comes back. Never rejects: the next call tells what is wrong. */
  wake(): Promise<void>
}

/** Bytes that a version takes, as the budget counts them. */
export function memoryOf({ graph, parameters }: Pick<Manifest, 'graph' | 'parameters'>): number {
  return graph.size + parameters.size
}

/** A share of the device's memory, where the browser tells it. */
export function defaultMemoryBudget(): number {
  const { deviceMemory } = navigator as { deviceMemory?: number } // in GiB
  return deviceMemory === undefined ? unknownMemoryBudget : deviceMemory * memoryShare * 2 ** 30
}
