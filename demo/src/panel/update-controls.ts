import type { ModelStatus, UpdatePolicy } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { segmented } from '../dom/segmented.ts'
import type { ModelSlot } from '../slot/model-slot.ts'

const policies: readonly { readonly value: UpdatePolicy; readonly label: string }[] = [
  { value: 'localThenUpdate', label: 'As they come' },
  { value: 'manual', label: 'When I say' },
  { value: 'localOnly', label: 'Never' },
]

let panels = 0

/** When the model changes: the policy, a look at once, and a version to stay with. */
export function createUpdateControls(slot: ModelSlot, check: () => Promise<void>): HTMLElement {
  panels += 1
  const listId = `versions-${panels}`
  const policy = segmented('Updates', policies, (value) => void slot.act((model) => model.setUpdates(value)))

  const look = element('button', { type: 'button', class: 'button', 'data-testid': 'check' }, 'Look now')
  look.addEventListener('click', () => void slot.act(check))
  const take = element('button', { type: 'button', class: 'button button-strong', 'data-testid': 'update' })
  take.addEventListener('click', () => void slot.act((model) => model.update()))

  const versions = element('datalist', { id: listId })
  const field = element('input', {
    class: 'number',
    list: listId,
    placeholder: '1.0.0',
    'aria-label': 'Version to stay with',
    'data-testid': 'pin-version',
    autocomplete: 'off',
  })
  const pin = element('button', { class: 'button', 'data-testid': 'pin' }, 'Pin')
  const form = element('form', { class: 'pin' }, field, versions, pin)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const pinned = slot.view.status?.update.pinned !== undefined
    void slot.act((model) =>
      model.pin(pinned ? null : field.value.trim() || (slot.view.status?.version ?? null)),
    )
  })

  const note = element('p', { class: 'panel-note', 'data-testid': 'update-note', 'aria-live': 'polite' })
  const node = element(
    'div',
    { class: 'panel-block' },
    policy.node,
    element('div', { class: 'panel-row' }, look, form, take),
    note,
  )

  const seen = new Set<string>()
  const show = ({ version, update }: ModelStatus) => {
    policy.select(update.policy)
    for (const known of [version, update.available, update.pinned]) if (known) seen.add(known)
    versions.replaceChildren(...[...seen].map((value) => element('option', { value })))
    pin.textContent = update.pinned === undefined ? 'Pin' : `Unpin ${update.pinned}`
    field.hidden = update.pinned !== undefined
    take.hidden = update.available === undefined
    take.textContent = `Take ${update.available ?? ''}`
    note.textContent = update.error
      ? `${update.error.code}: ${update.error.message} The version that served still does.`
      : ''
  }
  take.hidden = true
  slot.subscribe(({ status, busy }) => {
    policy.setBusy(busy || !status)
    for (const button of [look, take, pin]) button.disabled = busy || !status
    if (status) show(status)
  })
  return node
}
