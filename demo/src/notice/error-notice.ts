import type { HomingError } from '@homing/sdk'
import { errorCodes } from '@homing/sdk/errors'

import { element } from '../dom/element.ts'

/** A place for one error: its code, what happened, and what to do. */
export interface ErrorNotice {
  readonly node: HTMLElement
  /** undefined: nothing is wrong. `still`: what was there before still works. */
  show(error: HomingError | undefined, still?: boolean): void
}

/** An error as the page tells it. With `again`, a button to repeat what failed. */
export function createErrorNotice(
  id: string,
  again?: { readonly label: string; readonly run: () => Promise<void> },
): ErrorNotice {
  const code = element('code', { class: 'error-code', 'data-testid': `${id}-code` })
  const message = element('span', { class: 'error-message' })
  const advice = element('span', { class: 'error-advice' })
  const node = element(
    'div',
    { class: 'error', role: 'alert', hidden: true, 'data-testid': id },
    element('p', {}, code, message),
    element('p', {}, advice),
  )
  if (again) {
    const button = element('button', { type: 'button', class: 'button' }, again.label)
    button.addEventListener('click', () => void again.run())
    node.append(button)
  }
  return {
    node,
    show(error, still = false) {
      node.hidden = error === undefined
      if (!error) return
      code.textContent = error.code
      message.textContent = error.message
      advice.textContent = `${errorCodes[error.code].advice}${still ? ' What worked before still does.' : ''}`
    },
  }
}
