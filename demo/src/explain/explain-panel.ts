import { HomingError } from '@homing/sdk'

import { element } from '../dom/element.ts'

/** The part of a card that says why the model answers so: a switch, a sentence, and below it what the card adds. */
export interface ExplainPanel {
  readonly node: HTMLElement
  /** The sentence; undefined: nothing is explained at the moment. */
  say(sentence: string | undefined): void
  fail(error: unknown): void
}

/** What a card puts into its panel. */
export interface ExplainPanelParts {
  readonly id: string
  /** What the switch turns on. */
  readonly label: string
  /** What the panel says while it has nothing to explain. */
  readonly empty: string
  /** Shown while an explanation is there. */
  readonly body: readonly HTMLElement[]
  /** Stands beside the switch. */
  readonly choice?: HTMLElement
  readonly onSwitch: (on: boolean) => void
}

/** A panel, switched off. */
export function createExplainPanel({
  id,
  label,
  empty,
  body,
  choice,
  onSwitch,
}: ExplainPanelParts): ExplainPanel {
  const input = element('input', {
    type: 'checkbox',
    role: 'switch',
    class: 'switch-input',
    'data-testid': `${id}-explain`,
  })
  const sentence = element('p', { class: 'why', 'aria-live': 'polite', 'data-testid': `${id}-why` })
  const shown = element('div', { class: 'explained', hidden: true }, ...body)
  const content = element('div', { class: 'explain-content', hidden: true }, sentence, shown)
  const node = element(
    'div',
    { class: 'explain', 'data-testid': `${id}-explanation` },
    element(
      'div',
      { class: 'explain-head' },
      element(
        'label',
        { class: 'switch' },
        input,
        element('span', { class: 'switch-track', 'aria-hidden': 'true' }),
        label,
      ),
      ...(choice ? [choice] : []),
    ),
    content,
  )
  if (choice) choice.hidden = true
  input.addEventListener('change', () => {
    content.hidden = !input.checked
    if (choice) choice.hidden = !input.checked
    onSwitch(input.checked)
  })
  const put = (text: string, explained: boolean, failed = false) => {
    sentence.textContent = text
    sentence.classList.toggle('why-failed', failed)
    shown.hidden = !explained
  }
  put(empty, false)
  return {
    node,
    say: (text) => put(text ?? empty, text !== undefined),
    fail(error) {
      const { code, message } = HomingError.from(error)
      put(`${code}: ${message}`, false, true)
    },
  }
}
