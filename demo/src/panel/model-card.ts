import type { ModelStatus } from '@homing/sdk'

import { element } from '../dom/element.ts'
import type { ModelSlot } from '../slot/model-slot.ts'

type Card = NonNullable<ModelStatus['card']>

function contentOf(card: Card): HTMLElement[] {
  const metrics = Object.entries(card.metrics ?? {}).map(([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, String(Number(value.toPrecision(4))))),
  )
  const licence =
    card.licence === undefined ? [] : [element('p', { class: 'panel-note' }, `Licence: ${card.licence}`)]
  return [
    element('h3', {}, card.title),
    element('p', {}, card.summary),
    element('dl', { class: 'metrics' }, ...metrics),
    ...licence,
  ]
}

/** What its makers say of the serving version. */
export function createModelCard(slot: ModelSlot): HTMLElement {
  const content = element('div', { class: 'model-card-content' })
  const node = element(
    'details',
    { class: 'model-card', 'data-testid': 'model-card' },
    element('summary', {}, 'Model card'),
    content,
  )
  let shown: Card | undefined
  slot.subscribe(({ status }) => {
    node.hidden = status?.card === undefined
    if (!status?.card || status.card === shown) return
    shown = status.card
    content.replaceChildren(...contentOf(status.card))
  })
  return node
}
