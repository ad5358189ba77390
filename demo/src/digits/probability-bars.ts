import { element } from '../dom/element.ts'
import { formatPercent } from '../dom/format.ts'

/** Ten bars, one for each digit. */
export interface ProbabilityBars {
  readonly node: HTMLElement
  /** undefined: nothing is drawn. */
  update(probabilities: Readonly<Record<string, number>> | undefined): void
}

/** A row per label: its name, a bar and its probability. The longest stands out. */
export function createProbabilityBars(labels: readonly string[]): ProbabilityBars {
  const rows = labels.map((label) => {
    const bar = element('span', { class: 'bar-fill' })
    const value = element('span', { class: 'bar-value' })
    const node = element(
      'li',
      { class: 'bar' },
      element('span', { class: 'bar-label' }, label),
      element('span', { class: 'bar-track', 'aria-hidden': 'true' }, bar),
      value,
    )
    return { label, node, bar, value }
  })
  const node = element(
    'ol',
    { class: 'bars', 'aria-label': 'Probability of each digit' },
    ...rows.map((row) => row.node),
  )

  return {
    node,
    update(probabilities) {
      const best = Math.max(0, ...Object.values(probabilities ?? {}))
      for (const { label, node: row, bar, value } of rows) {
        const probability = probabilities?.[label]
        bar.style.setProperty('--share', String(probability ?? 0))
        value.textContent = probability === undefined ? '–' : formatPercent(probability)
        row.classList.toggle('bar-best', probability !== undefined && probability === best)
      }
    },
  }
}
