import type { Prediction } from '@homing/sdk'

import { announceAfter } from '../config.ts'
import { element } from '../dom/element.ts'
import { formatPercent } from '../dom/format.ts'
import { createProbabilityBars } from './probability-bars.ts'

/** What the card says about the drawing: the label large, a bar for each digit, and a quiet word for screen readers. */
export interface DigitsAnswer {
  readonly node: HTMLElement
  /** undefined: nothing is drawn. */
  update(prediction: Prediction | undefined): void
}

const labels = Array.from({ length: 10 }, (_, digit) => String(digit))

/** The answer beside the sheet. */
export function createDigitsAnswer(): DigitsAnswer {
  const label = element('output', { class: 'answer-label', 'data-testid': 'digit-label', 'aria-live': 'off' })
  const sure = element('span', { class: 'answer-sure' })
  const spoken = element('p', {
    class: 'visually-hidden',
    'aria-live': 'polite',
    'data-testid': 'digit-spoken',
  })
  const bars = createProbabilityBars(labels)
  const node = element(
    'div',
    { class: 'answer' },
    element('p', { class: 'answer-line' }, label, sure),
    bars.node,
    spoken,
  )
  let timer: ReturnType<typeof setTimeout> | undefined

  return {
    node,
    update(prediction) {
      const { label: best, probability } = prediction ?? {}
      const share = probability === undefined ? '' : formatPercent(probability)
      label.textContent = best ?? '?'
      sure.textContent = prediction ? (best === undefined ? 'not sure' : `${share} sure`) : 'waiting for ink'
      node.classList.toggle('answer-empty', !prediction)
      bars.update(prediction?.probabilities)
      clearTimeout(timer)
      if (!prediction) spoken.textContent = ''
      else {
        timer = setTimeout(() => {
          spoken.textContent = best === undefined ? 'Not sure.' : `This looks like ${best}, ${share} sure.`
        }, announceAfter)
      }
    },
  }
}
