import type { Outbox } from '../outbox/outbox.ts'
import { maxRoundFailures } from './config.ts'
import { nextPause } from './pause.ts'
import type { SendPlatform } from './ports.ts'
import type { Verdict } from './post-batch.ts'

/** What a round works with. */
export interface RoundDeps {
  readonly outbox: Pick<Outbox, 'next' | 'acknowledge' | 'drop' | 'fail' | 'readPause' | 'writePause'>
  readonly post: (body: string) => Promise<Verdict>
  readonly platform: Pick<SendPlatform, 'time' | 'random'>
}

/**
 * Sends what waits, one batch after another: read, send, delete on acknowledgement. One that the server refuses or fails on
 * does not hold up the others. False when it stopped with a pause.
 */
export async function sendWaiting({ outbox, post, platform }: RoundDeps): Promise<boolean> {
  const failed = new Set<string>()
  const pause = async (after?: number): Promise<false> => {
    const [now, random] = [platform.time(), platform.random()]
    await outbox.writePause(nextPause(await outbox.readPause(), { now, random, after }))
    return false
  }
  for (;;) {
    const batch = await outbox.next(platform.time())
    if (!batch) return true
    if (failed.has(batch.id)) return pause()
    const verdict: Verdict = batch.body === '' ? { kind: 'refused' } : await post(batch.body)
    switch (verdict.kind) {
      case 'taken':
        await outbox.acknowledge(batch.id)
        if (failed.size === 0) await outbox.writePause(undefined)
        break
      case 'refused':
        await outbox.drop(batch.id, batch.body === '' ? 'damaged' : 'refused')
        break
      case 'failed':
        failed.add(batch.id)
        await outbox.fail(batch.id)
        if (failed.size >= maxRoundFailures) return pause()
        break
      case 'later':
        return pause(verdict.after)
    }
  }
}
