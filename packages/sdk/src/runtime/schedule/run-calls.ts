import type { LoadedVersion } from '../load-version.ts'
import type { QueuedCall } from '../queued-call.ts'
import { type CallEnd, refused, runCall } from '../run-call.ts'
import type { Turns } from '../turns.ts'
import { samplesOf } from './batch-axis.ts'
import type { BatchState } from './batch-state.ts'
import type * as runBatchModule from './run-batch.ts'

/**
 * Runs the calls that were taken from a line: one alone, several as one where they fit together. The end of each, undefined
 * for those that are to be run again. Never rejects.
 */
export type RunCalls = (
  calls: readonly QueuedCall[],
  version: LoadedVersion,
  state: BatchState,
  most: number,
) => Promise<readonly (CallEnd | undefined)[]>

/** What runs several as one is loaded when there are several: a page that calls once at a time needs none of it. */
export function callRunner(turns: Turns): RunCalls {
  let batching: typeof runBatchModule | undefined
  return async (calls, version, state, most) => {
    const [only, second] = calls
    if (!second) return [await runAlone(only!, version, turns, state)]
    batching ??= await import('./run-batch.ts').catch(() => undefined)
    if (!batching) {
      state.proof = 'refused' // its code could not be fetched
      return []
    }
    try {
      return await batching.runBatch(calls, version, turns, state, most)
    } catch (error) {
      return calls.map(() => refused(error))
    }
  }
}

async function runAlone(
  call: QueuedCall,
  version: LoadedVersion,
  turns: Turns,
  state: BatchState,
): Promise<CallEnd> {
  const end = await runCall(call, version, turns)
  if (end.kind === 'done') state.ran(samplesOf(call.encoded!.tensors), end.reply.timings.run)
  return end
}
