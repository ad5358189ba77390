import { join } from 'node:path'

import { type Row, type SuiteContext, unmeasured } from '../../harness/row.ts'
import { type PlannedRow, tried } from '../../harness/tried.ts'
import { changedHead, type ChangedWeights, changedWeights } from './changed-weights.ts'
import { differenceEntropy } from './difference-entropy.ts'
import { digitsShards } from './digits-shards.ts'
import { type MeasuredPatch, measurePatch } from './measure-patch.ts'
import { peerNames } from './peer-patches.ts'

const shareOfFull = 'share of the full file'
const digitsRow = { id: 'patch-digits', unit: shareOfFull, target: 'reported' } as const
const vsBestPeer = { id: 'patch-vs-best-peer', unit: 'ratio', target: '<= 1.02' } as const
const vsEntropy = { id: 'patch-vs-entropy', unit: 'ratio', target: '<= 1.15' } as const

/** Each row's target, and its weights: changed in proportion to the weight, and to the tensor's standard deviation. */
const synthetic: readonly { id: string; target: string; weights: () => Generator<ChangedWeights> }[] = [
  {
    id: 'patch-head',
    target: '<= 0.01',
    *weights() {
      yield changedHead()
    },
  },
  { id: 'patch-fp16-1e-4', target: '<= 0.13', weights: () => bothWays('float16', 1e-4) },
  { id: 'patch-fp16-1e-3', target: '<= 0.30', weights: () => bothWays('float16', 1e-3) },
  { id: 'patch-int8-1e-3', target: '<= 0.04', weights: () => bothWays('int8', 1e-3) },
  { id: 'patch-fp32-1e-3', target: '<= 0.56', weights: () => bothWays('float32', 1e-3) },
]

function* bothWays(type: ChangedWeights['type'], rate: number): Generator<ChangedWeights> {
  yield changedWeights(type, rate, 'weight')
  yield changedWeights(type, rate, 'deviation')
}

/** Patches beside the full file, zstd and bsdiff, and beside the entropy of what changed. */
export async function patches({ root, scratch, say }: SuiteContext): Promise<Row[]> {
  const all: MeasuredPatch[] = []
  const entropies: { name: string; ratio: number }[] = []
  const rows: Row[] = []
  for (const { weights, ...planned } of synthetic) {
    const row = { ...planned, unit: shareOfFull }
    const measure = async (): Promise<Row[]> => {
      const measured: MeasuredPatch[] = []
      for (const one of weights()) {
        say(`Making patches of ${one.name} …`)
        const segments = [{ type: one.type, length: one.target.length, from: 0 }]
        const patch = await measurePatch(scratch, { ...one, segments })
        const entropy = differenceEntropy(one)
        if (entropy > 0.05 * patch.full) entropies.push({ name: one.name, ratio: patch.ours / entropy })
        measured.push(patch)
      }
      all.push(...measured)
      return [shareRow(row, measured)]
    }
    rows.push(...(await tried([row], measure)))
  }
  const measureDigits = async (): Promise<Row[]> => {
    say('Making patches of digits …')
    const digits: MeasuredPatch[] = []
    for (const one of await digitsShards(root, join(scratch, 'digits')))
      digits.push(await measurePatch(scratch, one))
    all.push(...digits)
    return [shareRow(digitsRow, digits)]
  }
  rows.push(...(await tried([digitsRow], measureDigits)))
  const failed = rows.filter(({ ours }) => ours === null).map(({ id }) => id)
  if (failed.length > 0) {
    const why = `the worst of all cases is not known without ${failed.join(', ')}`
    return [...rows, unmeasured(vsBestPeer, why), unmeasured(vsEntropy, why)]
  }
  return [...rows, bestPeerRow(all), entropyRow(entropies)]
}

/** The share of the full file, of the worst of `measured`. */
function shareRow(row: PlannedRow, measured: readonly MeasuredPatch[]): Row {
  const worst = measured.reduce((most, one) => (one.ours / one.full > most.ours / most.full ? one : most))
  const shares = Object.entries(worst.peers).map(([name, bytes]) => [name, round(bytes / worst.full)])
  const cases = measured.map(
    ({ name, ours, full, how }) => `${name}: ${round(ours / full)} (${ours} of ${full} bytes; ${how})`,
  )
  const note = `${cases.join('; ')}; peers of the worst: share of the full file${missing(measured)}`
  return {
    ...row,
    ours: round(worst.ours / worst.full),
    peers: Object.fromEntries(shares) as Record<string, number>,
    samples: measured.length,
    note,
  }
}

function bestPeerRow(all: readonly MeasuredPatch[]): Row {
  const ratios = all.map(({ name, ours, full, peers }) => {
    const best = Math.min(full, ...Object.values(peers))
    return { name, ratio: round(ours / best) }
  })
  const worst = ratios.reduce((most, one) => (one.ratio > most.ratio ? one : most))
  return {
    ...vsBestPeer,
    ours: worst.ratio,
    peers: Object.fromEntries(ratios.map(({ name, ratio }) => [name, ratio])),
    samples: all.length,
    note: `worst: ${worst.name}; listed: each case's ratio to the smallest of the full file, ${peerNames.join(' and ')}${missing(all)}`,
  }
}

function entropyRow(entropies: readonly { name: string; ratio: number }[]): Row {
  const worst = entropies.reduce((most, one) => (one.ratio > most.ratio ? one : most))
  return {
    ...vsEntropy,
    ours: round(worst.ratio),
    peers: Object.fromEntries(entropies.map(({ name, ratio }) => [name, round(ratio)])),
    samples: entropies.length,
    note: `worst: ${worst.name}; below 1: the coder knows the old number's exponent, which the zero-order entropy does not`,
  }
}

function missing(measured: readonly MeasuredPatch[]): string {
  const absent = peerNames.filter((name) => measured.some(({ peers }) => !(name in peers)))
  return absent.length === 0
    ? ''
    : `; without ${absent.join(' and ')}: not on this machine (Debian packages zstd and bsdiff)`
}

function round(ratio: number): number {
  return Number(ratio.toPrecision(4))
}
