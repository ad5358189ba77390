import { element } from '../dom/element.ts'

/** Which digit is explained. */
export interface LabelChoice {
  readonly node: HTMLElement
  /** undefined: whichever the model answers. */
  readonly label: string | undefined
}

const answer = 'the answer'

/** A list of the digits, and the answer: one may ask why it is not another. */
export function createLabelChoice(onChoose: () => void): LabelChoice {
  const digits = Array.from({ length: 10 }, (_, digit) => String(digit))
  const select = element(
    'select',
    { class: 'select', 'data-testid': 'explained-label' },
    ...[answer, ...digits].map((name) => element('option', { value: name }, name)),
  )
  select.addEventListener('change', onChoose)
  return {
    node: element('label', { class: 'choice' }, 'for', select),
    get label() {
      return select.value === answer ? undefined : select.value
    },
  }
}
