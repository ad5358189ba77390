import { element } from '../dom/element.ts'
import type { DrawingPad } from './drawing-pad.ts'
import { sampleStrokes } from './sample-strokes.ts'

/** Buttons below the sheet: one clears it, ten write a sample digit. */
export function createPadTools(pad: () => DrawingPad): HTMLElement {
  const clear = element('button', { type: 'button', class: 'button', 'data-testid': 'clear' }, 'Clear')
  clear.addEventListener('click', () => pad().clear())
  const samples = sampleStrokes.map((_, digit) => {
    const button = element(
      'button',
      { type: 'button', class: 'sample', 'aria-label': `Write a sample ${digit}` },
      String(digit),
    )
    button.addEventListener('click', () => pad().write(digit))
    return button
  })
  return element(
    'div',
    { class: 'pad-tools' },
    clear,
    element('div', { class: 'samples', role: 'group', 'aria-label': 'Write a sample digit' }, ...samples),
  )
}

/** Keys that do the same while the sheet has the focus: Escape, Delete and Backspace clear, digits write samples. */
export function listenForPadKeys(node: HTMLElement, pad: DrawingPad): void {
  node.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (['Escape', 'Delete', 'Backspace'].includes(event.key)) pad.clear()
    else if (event.target === pad.canvas && /^[0-9]$/.test(event.key)) pad.write(Number(event.key))
    else return
    event.preventDefault()
  })
}
