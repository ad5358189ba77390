import { createCallKeeper, type CallKeeperDeps } from './call-keeper.ts'
import type { Noted } from './noted.ts'
import { measureCall, measureLoad } from './user-timing.ts'

/** Of how many calls at once developer tools are told at most: an entry takes longer than many a call. */
const maxMeasured = 16

/** Tells developer tools of calls and loads, and has calls kept on the device. */
export function createTelling(keeping: CallKeeperDeps): (noted: readonly Noted[]) => void {
  const keep = createCallKeeper(keeping)
  return (noted) => {
    let measured = 0
    for (const each of noted) {
      if ('status' in each) measureLoad(each.status, each.end)
      else {
        if (measured++ < maxMeasured) measureCall(each)
        keep(each)
      }
    }
  }
}
