import { element } from '../dom/element.ts'
import type { Choice } from '../slot/choice.ts'
import type { ModelSlot } from '../slot/model-slot.ts'
import { createBackendSwitch } from './backend-switch.ts'
import { createFacts } from './facts.ts'
import { createFlightPath } from './flight-path.ts'
import { createModelCard } from './model-card.ts'
import { createUpdateControls } from './update-controls.ts'

/** Everything about the model in `slot`: how it got here, what it runs on, how it changes, what it is. */
export function createModelPanel(
  slot: ModelSlot,
  choices: readonly Choice[],
  check: () => Promise<void>,
): HTMLElement {
  return element(
    'div',
    { class: 'panel' },
    createFlightPath(slot),
    createBackendSwitch(slot, choices),
    createUpdateControls(slot, check),
    createFacts(slot),
    createModelCard(slot),
  )
}
