import type { HomingError, Prediction } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { createErrorNotice } from '../notice/error-notice.ts'
import type { Choice } from '../slot/choice.ts'
import type { ModelSlot } from '../slot/model-slot.ts'
import { createModelPanel } from './model-panel.ts'
import { createReadout } from './readout.ts'

/** What a card is made of. */
export interface CardParts {
  readonly id: string
  readonly title: string
  readonly lead: string
  readonly choices: readonly Choice[]
  readonly slot: ModelSlot
  readonly check: () => Promise<void>
  readonly body: HTMLElement
}

/** A card: a task to try, what the last answer cost, and below it everything about the model that answers. */
export interface Card {
  readonly node: HTMLElement
  /** `elapsed`: milliseconds as the page saw them, there and back. */
  showPrediction(prediction: Prediction, elapsed: number): void
  /** Why the last prediction was refused. */
  showError(error: HomingError): void
}

/** The frame that both cards share. */
export function createCard({ id, title, lead, choices, slot, check, body }: CardParts): Card {
  const readout = createReadout(slot)
  const refused = createErrorNotice(`${id}-refused`)
  const failed = createErrorNotice(`${id}-failed`, {
    label: 'Try again',
    run: () => slot.choose(slot.view.choice),
  })
  slot.subscribe(({ error, status }) => failed.show(error, status !== undefined))

  const node = element(
    'section',
    { class: `card card-${id}`, 'aria-labelledby': `${id}-title`, 'data-testid': `card-${id}` },
    element(
      'header',
      { class: 'card-head' },
      element('h2', { id: `${id}-title` }, title),
      element('p', { class: 'card-lead' }, lead),
    ),
    failed.node,
    body,
    refused.node,
    readout.node,
    createModelPanel(slot, choices, check),
  )
  return {
    node,
    showPrediction(prediction, elapsed) {
      refused.show(undefined)
      readout.showPrediction(prediction, elapsed)
    },
    showError: (error) => refused.show(error),
  }
}
