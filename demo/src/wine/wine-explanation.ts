import type { ShapleyExplanation } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { formatSigned } from '../dom/format.ts'
import { explainedShare } from '../explain/completeness-words.ts'
import { createExplainPanel } from '../explain/explain-panel.ts'
import { latestExplanation } from '../explain/latest-explanation.ts'
import type { ModelSlot } from '../slot/model-slot.ts'
import { createContributionBars } from './contribution-bars.ts'

/** Why the model grades the wine as it does. */
export interface WineExplanation {
  readonly node: HTMLElement
  /** The wine or what answers for it changed. */
  change(): void
}

/** Shows what each of the measurements that `wine` gives adds to the grade, while it is wanted. */
export function createWineExplanation(
  slot: ModelSlot,
  wine: () => Readonly<Record<string, number>>,
): WineExplanation {
  const bars = createContributionBars()
  const latest = latestExplanation<ShapleyExplanation>({
    explain: (signal) =>
      slot.model?.explain({ wine: wine() }, { signal }) as Promise<ShapleyExplanation> | undefined,
    show(explanation) {
      if (!explanation) {
        panel.say(undefined)
        return
      }
      bars.show(explanation, wine())
      const { output, baselineOutput, completeness } = explanation
      panel.say(
        `An average wine gets ${baselineOutput.toFixed(2)}, this one ${output.toFixed(2)}. ` +
          `The bars add up to ${formatSigned(completeness.sum, 2)}: ${explainedShare(explanation)} of the difference.`,
      )
    },
    fail: (error) => panel.fail(error),
  })
  const panel = createExplainPanel({
    id: 'wine',
    label: 'Show why',
    empty: 'Weighing the measurements against an average wine.',
    body: [
      bars.node,
      element(
        'p',
        { class: 'why' },
        'Bars to the right lift the grade, to the left they lower it. The whiskers hold the exact value in 19 of 20 cases.',
      ),
    ],
    onSwitch: (on) => latest.look(on),
  })
  return { node: panel.node, change: () => latest.change() }
}
