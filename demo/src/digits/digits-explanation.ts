import type { GradientExplanation } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { formatSigned } from '../dom/format.ts'
import { explainedShare } from '../explain/completeness-words.ts'
import { createExplainPanel } from '../explain/explain-panel.ts'
import { latestExplanation } from '../explain/latest-explanation.ts'
import type { ModelSlot } from '../slot/model-slot.ts'
import type { DrawingPad } from './drawing-pad.ts'
import { createHeatMap } from './heat-map.ts'
import { createLabelChoice } from './label-choice.ts'
import { sheetRegions } from './sheet-regions.ts'

/** Why the model reads the drawing as it does. */
export interface DigitsExplanation {
  readonly node: HTMLElement
  /** The drawing or what answers for it changed. */
  change(): void
}

/** Lays a heat map over the sheet of `pad` while it is wanted. */
export function createDigitsExplanation(slot: ModelSlot, pad: DrawingPad): DigitsExplanation {
  const heat = createHeatMap()
  pad.node.append(heat.node)
  const forName = element('span', { class: 'heat-for' })
  const againstName = element('span', { class: 'heat-against' }, 'against it')
  const legend = element(
    'p',
    { class: 'heat-legend' },
    forName,
    element('span', { class: 'heat-scale', 'aria-hidden': 'true' }),
    againstName,
  )
  const regions = element('ol', {
    class: 'visually-hidden',
    'aria-label': 'What each part of the sheet adds',
  })
  const labels = createLabelChoice(() => latest.look(true))

  const show = (explanation: GradientExplanation | undefined) => {
    const map = explanation?.maps['image']
    const { label = '' } = explanation ?? {}
    heat.show(map, `Heat map over the drawing: which ink speaks for ${label}, and which against it`)
    if (!explanation || !map) {
      panel.say(undefined)
      return
    }
    forName.textContent = `speaks for ${label}`
    regions.replaceChildren(
      ...sheetRegions(map).map(({ name, score }) => element('li', {}, `${name}: ${formatSigned(score, 1)}`)),
    )
    const { output, baselineOutput } = explanation
    panel.say(
      `The ink takes the score of ${label} from ${formatSigned(baselineOutput, 1)} for an empty sheet ` +
        `to ${formatSigned(output, 1)}; the map explains ${explainedShare(explanation)} of that.`,
    )
  }
  const latest = latestExplanation<GradientExplanation>({
    explain(signal) {
      const { model } = slot
      if (!model || pad.isBlank()) return undefined
      const { label } = labels
      const options = { signal, ...(label === undefined ? {} : { label }) }
      return model.explain({ image: pad.canvas }, options) as Promise<GradientExplanation>
    },
    show,
    fail: (error) => panel.fail(error),
  })
  const panel = createExplainPanel({
    id: 'digits',
    label: 'Show why',
    empty: 'Draw a digit: the ink that decided is shown in colour.',
    body: [legend, regions],
    choice: labels.node,
    onSwitch: (on) => latest.look(on),
  })
  return { node: panel.node, change: () => latest.change() }
}
