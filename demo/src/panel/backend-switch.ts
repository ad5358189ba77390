import { element } from '../dom/element.ts'
import { segmented } from '../dom/segmented.ts'
import { backendName, type Choice } from '../slot/choice.ts'
import type { ModelSlot } from '../slot/model-slot.ts'

/** Forces an engine and backend, and says why the better ones do not serve. */
export function createBackendSwitch(slot: ModelSlot, choices: readonly Choice[]): HTMLElement {
  const control = segmented(
    'Run on',
    choices.map(({ id, label, group }) => ({ value: id, label, ...(group === undefined ? {} : { group }) })),
    (id) => {
      const choice = choices.find((choice) => choice.id === id)
      if (choice) void slot.choose(choice)
    },
  )
  const reasons = element('ul', { class: 'reasons', 'data-testid': 'fallbacks' })
  const node = element('div', { class: 'panel-block' }, control.node, reasons)

  slot.subscribe(({ choice, asked, status, busy }) => {
    control.select((asked ?? choice).id)
    control.setBusy(busy)
    const fallbacks = status?.fallbacks ?? []
    for (const { id, model, backends } of choices) {
      const fallback = fallbacks.find(({ backend }) => model === status?.model && backends?.[0] === backend)
      if (model === status?.model) control.mark(id, fallback?.reason)
    }
    reasons.replaceChildren(
      ...fallbacks.map(({ backend, stage, code, reason }) =>
        element(
          'li',
          {},
          element('strong', {}, `No ${backendName(backend)}`),
          ` (${stage}, ${code}): ${reason}`,
        ),
      ),
    )
  })
  return node
}
