import type { ModelStatus } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { formatBytes, formatMilliseconds } from '../dom/format.ts'
import { backendName } from '../slot/choice.ts'
import type { ModelSlot } from '../slot/model-slot.ts'

const engineNames = { onnx: 'ONNX Runtime Web', tfjs: 'TensorFlow.js' } as const

const timingNames = [
  ['fetch', 'fetching'],
  ['verify', 'verifying'],
  ['start', 'starting the engine'],
  ['load', 'loading'],
  ['firstRun', 'first run'],
] as const

function factsOf({ engine, engineVersion, backend, threads, threadsReason, storage, timings }: ModelStatus) {
  const spent = timingNames.flatMap(([key, label]) => {
    const ms = timings[key]
    return ms === undefined ? [] : [`${label} ${formatMilliseconds(ms)}`]
  })
  return [
    ['Engine', engine ? `${engineNames[engine]} ${engineVersion ?? ''}` : '–'],
    ['Backend', backend ? backendName(backend) : '–'],
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
