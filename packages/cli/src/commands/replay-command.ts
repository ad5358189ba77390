import type { Command } from 'commander'

import { defaultOut } from '../pack/pack.ts'
import { replay, type ReplayedCall } from '../replay/replay.ts'
import type { CommandParts } from './command-parts.ts'

interface ReplayFlags {
  readonly packages: string
  readonly json?: true
}

/** `homing replay`: runs the calls in a report of `homing.report()` again. */
export function replayCommand(command: Command, { tell }: Pick<CommandParts, 'tell'>): void {
  command
    .argument('<report>', 'JSON file of homing.report()')
    .option('--packages <folder>', 'folder that "homing pack" wrote', defaultOut)
    .action(async (report: string, { packages, json }: ReplayFlags) => {
      const calls = await replay(report, { packages })
      tell(json, { calls }, () => [...calls.map(inWords), summary(calls)])
    })
}

function inWords({ call, model, version = '?', backend, verdict, detail }: ReplayedCall): string {
  return `${call}  ${model} ${version}${backend === undefined ? '' : ` on ${backend}`}: ${verdict} (${detail})`
}

function summary(calls: readonly ReplayedCall[]): string {
  const count = (wanted: ReplayedCall['verdict']): number =>
    calls.filter(({ verdict }) => verdict === wanted).length
  const skipped = count('skipped')
  return `${count('agrees')} of ${calls.length - skipped} calls agree${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
