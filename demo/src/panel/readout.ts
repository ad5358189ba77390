import type { Prediction } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { formatMilliseconds } from '../dom/format.ts'
import { backendName } from '../slot/choice.ts'
import type { ModelSlot } from '../slot/model-slot.ts'

/** The line of numbers under a card's task: latency, version, backend, threads. */
export interface Readout {
  readonly node: HTMLElement
  showPrediction(prediction: Prediction, elapsed: number): void
}

const none = '–'

/** Numbers of the model in `slot`. */
export function createReadout(slot: ModelSlot): Readout {
  const entry = (name: string) => {
    const value = element('dd', { 'data-testid': `readout-${name.toLowerCase()}` }, none)
    return { value, node: element('div', {}, element('dt', {}, name), value) }
  }
  const latency = entry('Latency')
  const version = entry('Version')
  const backend = entry('Backend')
  const threads = entry('Threads')
  const node = element('dl', { class: 'readout' }, latency.node, version.node, backend.node, threads.node)

  let shown: string | undefined
  slot.subscribe(({ status }) => {
    if (status?.version !== shown) {
      // Taking the element out and in again starts its animation anew.
      version.value.classList.toggle('arrived', shown !== undefined && status?.version !== undefined)
      version.value.replaceWith(version.value)
      shown = status?.version
    }
    version.value.textContent = status?.version ?? none
    backend.value.textContent = status?.backend ? backendName(status.backend) : none
    threads.value.textContent = String(status?.threads ?? none)
    threads.value.title = status?.threadsReason ?? ''
  })

  return {
    node,
    showPrediction({ timings }, elapsed) {
      const { queue, encode, run, decode } = timings
      latency.value.textContent = formatMilliseconds(elapsed)
      latency.value.title = [
        `in the queue ${formatMilliseconds(queue)}`,
        `preparing ${formatMilliseconds(encode)}`,
        `running ${formatMilliseconds(run)}`,
        `reading ${formatMilliseconds(decode)}`,
      ].join(', ')
    },
  }
}
