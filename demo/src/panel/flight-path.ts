import type { ModelState, Progress } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { formatBytes } from '../dom/format.ts'
import type { ModelSlot, SlotView } from '../slot/model-slot.ts'

/** The stations of a version's way to this device, in order. */
const stations = [
  ['checking', 'Checked'],
  ['downloading', 'Fetched'],
  ['staged', 'Verified'],
  ['probing', 'Tried'],
  ['active', 'Serving'],
] as const

/** How far along the stations a state is; -1: not on its way. */
function stationOf(state: ModelState | undefined): number {
  return stations.findIndex(([name]) => name === state?.name)
}

/** The bytes that are under way, of the first download or of an update. */
function bytesOf({ status, progress }: SlotView): Pick<Progress, 'loaded' | 'total'> | undefined {
  const state = [status?.update.state, status?.state].find((state) => state?.name === 'downloading')
  return state?.name === 'downloading' ? state : progress
}

/** A word on what happens, for people who do not see the line. */
function describe({ status, progress, error }: SlotView): string {
  const update = status?.update.state
  if (update && !['empty', 'active', 'closed', 'failed'].includes(update.name))
    return `update: ${update.name}`
  if (status) return status.state.name
  return error ? 'not here yet' : progress ? 'downloading' : 'opening'
}

/** The way of a version from the repository to serving, as a line of stations; an update travels beside. */
export function createFlightPath(slot: ModelSlot): HTMLElement {
  const stops = stations.map(([, label]) => element('li', { class: 'station' }, element('span', {}, label)))
  const state = element('span', { class: 'flight-state', 'data-testid': 'state' })
  const bytes = element('span', { class: 'flight-bytes', 'data-testid': 'bytes' })
  const bar = element('progress', { class: 'flight-progress', max: 1, value: 0, 'aria-label': 'Download' })
  const node = element(
    'div',
    { class: 'flight' },
    element('p', { class: 'flight-head' }, element('span', { class: 'panel-name' }, 'Flight'), state, bytes),
    element('ol', { class: 'stations', 'aria-hidden': 'true' }, ...stops),
    bar,
  )

  slot.subscribe((view) => {
    const { status, progress } = view
    const serving = status ? stationOf(status.state) : progress ? 1 : 0
    const arriving = status ? stationOf(status.update.state) : -1
    const updating = arriving >= 0 && arriving < stations.length - 1
    stops.forEach((stop, index) => {
      stop.classList.toggle('station-passed', index <= serving)
      stop.classList.toggle('station-here', index === serving)
      stop.classList.toggle('station-arriving', updating && index <= arriving)
    })
    const loading = bytesOf(view)
    bar.classList.toggle('flight-progress-on', loading !== undefined && loading.loaded < loading.total)
    if (!status && view.error) bytes.textContent = ''
    if (loading) {
      bar.value = loading.total > 0 ? loading.loaded / loading.total : 1
      const cached = progress && progress.cached > 0 ? `, ${formatBytes(progress.cached)} already here` : ''
      bytes.textContent = `${formatBytes(loading.loaded)} of ${formatBytes(loading.total)}${cached}`
    }
    const word = describe(view)
    if (state.textContent !== word) state.textContent = word
    node.classList.toggle('flight-failed', status?.state.name === 'failed')
  })
  return node
}
