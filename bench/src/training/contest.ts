import { homingTrainee } from './homing-trainee.ts'
import { type DigitsFiles, type NetworkName, networkOf } from './network.ts'
import { type TfjsBackend, tfjsTrainee } from './tfjs-trainee.ts'
import type { Trainee } from './trainee.ts'

/** What is timed: our step, our forward pass, or the step of TensorFlow.js. */
export type Side = 'step' | 'forward' | 'peer'

/** Both sides on one network in one process or page. */
export interface Contest {
  /** Mean losses before the first and after the second step: the same on both sides, or they do not do the same. */
  readonly losses: (side: 'step' | 'peer') => Promise<readonly number[]>
  /** Runs for at least `patience` milliseconds, and at least once; returns milliseconds a run. */
  readonly sample: (side: Side, patience: number) => Promise<number>
}

/** What a host brings to a contest. */
export interface ContestSetting {
  readonly network: NetworkName
  readonly peer?: TfjsBackend
  readonly files: DigitsFiles
  /** Where the WASM files of TensorFlow.js are: a folder or an address, ending in a slash. */
  readonly wasmFolder: string
}

/** Opens both sides; the peer only where one is named. */
export async function openContest({ network, peer, files, wasmFolder }: ContestSetting): Promise<Contest> {
  const trained = networkOf(network, files)
  const ours = await homingTrainee(trained)
  const theirs = peer && (await tfjsTrainee(trained, peer, wasmFolder))
  const stepOf = (side: 'step' | 'peer'): Trainee['step'] => {
    const trainee = side === 'peer' ? theirs : ours
    if (!trainee) throw new Error(`There is no side "${side}"`)
    return trainee.step
  }
  return {
    async losses(side) {
      const step = stepOf(side)
      return [await step(), await step()]
    },
    async sample(side, patience) {
      const run = side === 'forward' ? ours.forward : stepOf(side)
      const start = performance.now()
      for (let runs = 1; ; runs++) {
        await run()
        const passed = performance.now() - start
        if (passed >= patience) return passed / runs
      }
    },
  }
}
