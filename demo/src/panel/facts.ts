import type { Backend, ModelStatus } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { formatBytes, formatMilliseconds, formatPercent } from '../dom/format.ts'
import { backendName } from '../slot/choice.ts'
import type { ModelSlot } from '../slot/model-slot.ts'

const engineNames: Readonly<Record<string, string>> = { onnx: 'ONNX Runtime Web', tfjs: 'TensorFlow.js' }

const timingNames = [
  ['fetch', 'fetching'],
  ['verify', 'verifying'],
  ['start', 'starting the engine'],
  ['load', 'loading'],
  ['firstRun', 'first run'],
] as const

/** How the backend was shown to compute rightly. */
function proofOf({ probe }: ModelStatus): string {
  if (!probe) return 'not yet'
  const { cases, deviation, remembered, duration } = probe
  const used = `${formatPercent(deviation)} of the tolerance used`
  const when = remembered
    ? 'on an earlier visit'
    : duration === undefined
      ? ''
      : `in ${formatMilliseconds(duration)}`
  return [`${cases} golden inputs`, used, when].filter(Boolean).join(', ')
}

/** What the backend that serves was measured against. */
function choiceOf({ choice }: ModelStatus): string | undefined {
  if (!choice) return undefined
  const times = Object.entries(choice.times).map(
    ([backend, ms]) => `${backendName(backend as Backend)} ${formatMilliseconds(ms)}`,
  )
  return `${times.join(', ')} a run${choice.remembered ? ', measured earlier' : ''}`
}

function factsOf(status: ModelStatus) {
  const { engine, engineVersion, backend, precision, threads, threadsReason, storage, timings } = status
  const measured = choiceOf(status)
  const spent = timingNames.flatMap(([key, label]) => {
    const ms = timings[key]
    return ms === undefined ? [] : [`${label} ${formatMilliseconds(ms)}`]
  })
  return [
    ['Engine', engine ? `${engineNames[engine] ?? engine} ${engineVersion ?? ''}` : '–'],
    ['Backend', `${backend ? backendName(backend) : '–'}${precision === undefined ? '' : `, ${precision}`}`],
    ['Proven by', proofOf(status)],
    ...(measured === undefined ? [] : [['Measured', measured] as const]),
    ['Threads', `${threads ?? '–'}${threadsReason === undefined ? '' : `: ${threadsReason}`}`],
    [
      'Kept in',
      `${storage.kind === 'indexeddb' ? 'IndexedDB' : 'memory'}, ${formatBytes(storage.usage)}${
        storage.reason === undefined ? '' : `: ${storage.reason}`
      }`,
    ],
    ['Time spent', spent.join(', ') || '–'],
  ] as const
}

/** Engine, threads, storage and timings, with their reasons. */
export function createFacts(slot: ModelSlot): HTMLElement {
  const list = element('dl', { class: 'facts', 'data-testid': 'facts' })
  slot.subscribe(({ status }) => {
    if (!status) return
    list.replaceChildren(
      ...factsOf(status).map(([name, value]) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, value)),
      ),
    )
  })
  return list
}
