import type { ShapleyExplanation } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { formatSigned } from '../dom/format.ts'
import { type WineFeature, wineFeatures } from './wine-features.ts'

/** Standard errors to either side that hold the true value in 19 of 20 cases. */
const whiskerErrors = 1.96

/** A bar for each feature, from a zero line: to the right what lifts the grade, to the left what lowers it. */
export interface ContributionBars {
  readonly node: HTMLElement
  /** `wine`: the values that were explained. */
  show(explanation: ShapleyExplanation, wine: Readonly<Record<string, number>>): void
}

/** Bars, the largest first. */
export function createContributionBars(): ContributionBars {
  const node = element('ol', {
    class: 'contributions',
    'aria-label': 'What each measurement adds to the grade',
  })
  return {
    node,
    show({ attributions, standardErrors, baseline }, wine) {
      const contributions = wineFeatures.map((feature) => {
        const [added, error] = [
          attributions[feature.name] ?? 0,
          whiskerErrors * (standardErrors[feature.name] ?? 0),
        ]
        return { feature, added, error, usual: Number(baseline[feature.name]) }
      })
      contributions.sort((a, b) => Math.abs(b.added) - Math.abs(a.added))
      const scale = Math.max(
        ...contributions.map(({ added, error }) => Math.abs(added) + error),
        Number.MIN_VALUE,
      )
      node.replaceChildren(
        ...contributions.map(({ feature, added, error, usual }) => {
          const row = element(
            'li',
            { class: 'contribution', 'data-testid': `adds-${feature.name}` },
            element('span', { class: 'contribution-name' }, feature.label),
            element(
              'span',
              { class: 'contribution-values' },
              valuesOf(feature, wine[feature.name] ?? NaN, usual),
            ),
            element(
              'span',
              { class: 'contribution-track', 'aria-hidden': 'true' },
              element('span', {
                class: added < 0 ? 'contribution-bar contribution-less' : 'contribution-bar',
              }),
              element('span', { class: 'contribution-whisker' }),
            ),
            element(
              'span',
              { class: 'contribution-added' },
              formatSigned(added, 2),
              ' ',
              element('span', { class: 'contribution-error' }, `\u00b1${error.toFixed(2)}`),
            ),
          )
          row.style.setProperty('--added', String(added / scale))
          row.style.setProperty('--error', String(error / scale))
          return row
        }),
      )
    },
  }
}

function valuesOf({ step, unit }: WineFeature, value: number, usual: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`} \u00b7 average ${usual.toFixed(digits)}`
}
