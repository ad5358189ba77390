import { toastTime } from '../config.ts'
import { element } from '../dom/element.ts'
import type { ModelSlot } from '../slot/model-slot.ts'

/** Shows a word for a while in `place`, a live region. */
function toast(place: HTMLElement, title: string, text: string): void {
  const close = element('button', { type: 'button', class: 'toast-close', 'aria-label': 'Dismiss' }, '×')
  const node = element(
    'div',
    { class: 'toast' },
    element('p', {}, element('strong', {}, title), ' ', text),
    close,
  )
  close.addEventListener('click', () => node.remove())
  place.append(node)
  setTimeout(() => node.remove(), toastTime)
}

/** Tells of every version that comes to serve while the page is open. */
export function announceUpdates(place: HTMLElement, slot: ModelSlot): void {
  const serving = new Map<string, string>()
  slot.subscribe(({ status }) => {
    if (status?.version === undefined) return
    const before = serving.get(status.model)
    serving.set(status.model, status.version)
    if (before !== undefined && before !== status.version) {
      toast(place, `${status.model} ${status.version}`, `has landed and answers now, in place of ${before}.`)
    }
  })
}
