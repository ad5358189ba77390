import type { Prediction } from '@homing/sdk'

import { element, svgElement } from '../dom/element.ts'

/** Grades that tasters gave in the data: 3 to 9, of a scale from 0 to 10. */
const lowest = 3
const highest = 9

/** Half of the dial's opening, in degrees from the top. */
const opening = 108
const radius = 84
const centre = { x: 100, y: 100 }

const turnOf = (grade: number) => ((grade - lowest) / (highest - lowest)) * 2 * opening - opening

function place(turn: number, distance: number): { x: number; y: number } {
  const angle = ((turn - 90) * Math.PI) / 180
  return { x: centre.x + distance * Math.cos(angle), y: centre.y + distance * Math.sin(angle) }
}

function arc(): string {
  const from = place(-opening, radius)
  const to = place(opening, radius)
  return `M${from.x.toFixed(2)} ${from.y.toFixed(2)}A${radius} ${radius} 0 1 1 ${to.x.toFixed(2)} ${to.y.toFixed(2)}`
}

function tick(grade: number): SVGElement[] {
  const turn = turnOf(grade)
  const [a, b, c] = [place(turn, radius - 9), place(turn, radius - 3), place(turn, radius - 19)]
  return [
    svgElement('line', { class: 'gauge-tick', x1: a.x, y1: a.y, x2: b.x, y2: b.y }),
    svgElement('text', { class: 'gauge-number', x: c.x, y: c.y }, String(grade)),
  ]
}

/** A dial from 3 to 9 with the grade in its middle. */
export interface QualityGauge {
  readonly node: HTMLElement
  /** undefined: the inputs were refused. */
  update(prediction: Prediction | undefined): void
}

/** The wine's grade. */
export function createQualityGauge(): QualityGauge {
  const grades = Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index)
  // The dash's length is the share of 100 that is filled.
  const filled = svgElement('path', { class: 'gauge-fill', d: arc(), pathLength: 100 })
  const dial = svgElement(
    'svg',
    { class: 'gauge-dial', viewBox: '0 0 200 150', 'aria-hidden': 'true' },
    svgElement('path', { class: 'gauge-track', d: arc() }),
    filled,
    ...grades.flatMap(tick),
  )
  const value = element('output', { class: 'gauge-value', 'data-testid': 'wine-quality' })
  const band = element('span', { class: 'gauge-band', 'data-testid': 'wine-band' })
  const node = element(
    'div',
    { class: 'gauge' },
    dial,
    element('p', { class: 'gauge-text' }, value, element('span', { class: 'gauge-unit' }, 'of 10'), band),
  )
  return {
    node,
    update(prediction) {
      const grade = prediction?.value
      const shown = Math.min(Math.max(grade ?? lowest, lowest), highest)
      filled.style.setProperty('--filled', String(((shown - lowest) / (highest - lowest)) * 100))
      value.textContent = grade === undefined ? '–' : grade.toFixed(1)
      band.textContent = prediction?.band ?? (prediction ? '' : 'no answer yet')
      node.classList.toggle('gauge-empty', grade === undefined)
    },
  }
}
