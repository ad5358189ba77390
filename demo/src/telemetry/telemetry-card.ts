import { type Homing, HomingError, type TelemetryLevel, type TelemetryStatus } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { segmented } from '../dom/segmented.ts'
import { createErrorNotice } from '../notice/error-notice.ts'
import { inWords } from './in-words.ts'

const levels: readonly { readonly value: TelemetryLevel; readonly label: string }[] = [
  { value: 'aggregate', label: 'Counts and sketches' },
  { value: 'off', label: 'Nothing' },
]

/** What the device has counted, as it would go, and the switch that stops it. */
export function createTelemetryCard({ telemetry }: Pick<Homing, 'telemetry'>): HTMLElement {
  const failed = createErrorNotice('telemetry-failed')
  const summary = element('p', { 'data-testid': 'telemetry-summary', 'aria-live': 'polite' })
  const json = element('pre', { class: 'telemetry-json', tabindex: 0, 'data-testid': 'telemetry-json' })
  const look = element(
    'button',
    { type: 'button', class: 'button', 'data-testid': 'telemetry-look' },
    'Look again',
  )
  const level = segmented('Goes home', levels, (value) => void act(() => telemetry.consent(value)))

  const show = async ({ level: now, globalPrivacyControl }: TelemetryStatus): Promise<void> => {
    const batches = await telemetry.preview()
    level.select(now)
    summary.textContent = inWords(now, batches, globalPrivacyControl)
    json.textContent = JSON.stringify(batches, null, 2)
    json.hidden = batches.length === 0
  }
  const act = async (work: () => Promise<TelemetryStatus>): Promise<void> => {
    level.setBusy(true)
    try {
      await show(await work())
      failed.show(undefined)
    } catch (error) {
      failed.show(HomingError.from(error))
    } finally {
      level.setBusy(false)
    }
  }
  look.addEventListener('click', () => void act(() => telemetry.status()))
  void act(() => telemetry.status())

  return element(
    'section',
    { class: 'card card-telemetry', 'aria-labelledby': 'telemetry-title', 'data-testid': 'card-telemetry' },
    element(
      'header',
      { class: 'card-head' },
      element('h2', { id: 'telemetry-title' }, 'What would be sent'),
      element(
        'p',
        { class: 'card-lead' },
        'Counts and sketches, made here. No drawing and no name; of the time, the hour.',
      ),
    ),
    failed.node,
    element('div', { class: 'telemetry-row' }, level.node, look),
    element('div', { class: 'telemetry-preview' }, summary, json),
  )
}
