import type { ReportedCall } from '@homing/protocol'

import type { FactName } from '../../../store/fact.ts'
import type { Store } from '../../../store/store.ts'
import { maxKeptCalls, maxKeptInputs } from '../../report/config.ts'
import type { ReportedCalls } from '../../report/reported-calls.ts'

type Facts = Pick<Store, 'readFact' | 'writeFact'>

const factOf = (model: string): FactName => ({ model, kind: 'calls', key: 'latest' })

/**
 * The latest calls of a model, of all pages: bounded, and gone when the model is forgotten. `more` are added first; `isOpen` is
 * asked before they are written: what is forgotten does not come back.
 */
export async function keptCalls(
  model: string,
  store: Facts,
  more?: ReportedCalls,
  isOpen: () => boolean = () => true,
): Promise<readonly ReportedCalls[]> {
  if (more) await keepCalls(model, more, store, isOpen)
  return readCalls(model, store)
}

/** As the disk has them. */
async function readCalls(model: string, store: Facts): Promise<readonly ReportedCalls[]> {
  const kept = await store.readFact(factOf(model))
  return Array.isArray(kept) ? (kept as readonly ReportedCalls[]) : []
}

/** Adds calls of a page, the latest last. */
async function keepCalls(
  model: string,
  { page, calls }: ReportedCalls,
  store: Facts,
  isOpen: () => boolean,
): Promise<void> {
  const before = await readCalls(model, store)
  const all = [
    ...before.flatMap((kept) => kept.calls.map((call) => ({ page: kept.page, call }))),
    ...calls.map((call) => ({ page, call })),
  ]
  const latest = all.sort((a, b) => a.call.time - b.call.time).slice(-maxKeptCalls)
  const withInputs = latest.filter(({ call }) => call.inputs).slice(-maxKeptInputs)
  const bounded = latest.map((kept) =>
    withInputs.includes(kept) ? kept : { ...kept, call: withoutValues(kept.call) },
  )
  const pages = [...new Set(bounded.map((kept) => kept.page))]
  const value: readonly ReportedCalls[] = pages.map((each) => ({
    page: each,
    calls: bounded.filter((kept) => kept.page === each).map(({ call }) => call),
  }))
  if (isOpen()) await store.writeFact(factOf(model), value)
}

function withoutValues({ inputs, outputs: _, ...call }: ReportedCall): ReportedCall {
  return inputs ? { ...call, withheld: `only the last ${maxKeptInputs} calls keep their inputs` } : call
}
