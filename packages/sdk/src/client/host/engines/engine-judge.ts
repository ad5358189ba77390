import { type Engine, HomingError } from '@homing/protocol'

import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import type { Pulse, RuntimeApi } from '../../../runtime/runtime-api.ts'
import { awakeTime } from '../../../transport/awake-time.ts'
import { loadPatience, pulseInterval, startPatience } from '../../config.ts'

/** What judging works with. */
export interface EngineJudgeDeps {
  readonly platform: Pick<DeliveryPlatform, 'now' | 'sleep'>
  /** The engine as it runs now; undefined when none does. */
  readonly running: (engine: Engine) => RuntimeApi | undefined
  /** Milliseconds after which a run counts as hung. */
  readonly hangLimit: number
  /** Told of an engine that hangs. */
  readonly onHang: (engine: Engine, reason: HomingError) => void
}

/**
 * Finds engines that hang: their thread is blocked, or work on them never ends. What they work on gives no time limit by
 * itself, because a blocked thread cannot watch its own clock, and whoever waits cannot tell a long queue from a hang.
 */
export interface EngineJudge {
  /** Somebody waits for this engine: it is watched until it has nothing to do, or hangs. Returns at once. */
  watch(engine: Engine): void
  /** The same while `work` waits for a version to load, which may take longer than a run. Gives what `work` gives. */
  whileLoading<T>(engine: Engine, work: Promise<T>): Promise<T>
}

export function createEngineJudge({ platform, running, hangLimit, onHang }: EngineJudgeDeps): EngineJudge {
  const interval = Math.min(pulseInterval, hangLimit / 4)
  const watched = new Set<Engine>()
  const loads = new Map<Engine, number>()
  const loading = (engine: Engine): number => loads.get(engine) ?? 0

  /** Resolves when the engine has nothing to do or has died; rejects when it hangs. */
  const follow = async (engine: Engine, runtime: RuntimeApi): Promise<void> => {
    const passed = awakeTime(interval, platform.now)
    let last: Pulse | undefined
    const question: { asking: boolean; answer?: Pulse | undefined } = { asking: false }
    let silence = 0
    const ask = (): void => {
      question.asking = true
      const answer = (pulse: Pulse | undefined): void => {
        question.asking = false
        question.answer = pulse
      }
      runtime.pulse().then(answer, () => answer(undefined)) // one that died is noticed below
    }
    while (running(engine) === runtime) {
      if (!question.asking) ask()
      await platform.sleep(interval)
      silence += passed()
      const { asking, answer } = question
      if (answer) {
        if (answer.work === 'none' && loading(engine) === 0) return
        if (answer.work === 'none' || answer.ended !== last?.ended) silence = 0
        last = answer
        question.answer = undefined
      }
      const factor =
        last?.work === 'start' && !asking ? startPatience : loading(engine) > 0 ? loadPatience : 1
      if (silence > hangLimit * factor) throw hung(engine, silence, asking)
    }
  }
  const watch: EngineJudge['watch'] = (engine) => {
    const runtime = running(engine)
    if (!runtime || watched.has(engine)) return
    watched.add(engine)
    const end = (): void => void watched.delete(engine)
    follow(engine, runtime).then(
      () => {
        end()
        if (loading(engine) > 0) watch(engine) // on the worker that came after
      },
      (reason: unknown) => {
        end()
        onHang(engine, HomingError.from(reason))
      },
    )
  }
  return {
    watch,
    async whileLoading(engine, work) {
      loads.set(engine, loading(engine) + 1)
      watch(engine)
      try {
        return await work
      } finally {
        loads.set(engine, loading(engine) - 1)
      }
    },
  }
}

function hung(engine: Engine, silence: number, blocked: boolean): HomingError {
  const how = blocked ? 'gave no sign of life' : 'did not get on'
  return new HomingError(
    'WORKER_LOST',
    `The ${engine} worker ${how} for ${Math.round(silence / 1_000)} s: it hangs, and was ended.`,
  )
}
