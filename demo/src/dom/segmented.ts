import { element } from './element.ts'

/** One button of a segmented control. */
export interface Segment<V extends string> {
  readonly value: V
  readonly label: string
  /** Segments of one group stand together under its name. */
  readonly group?: string
}

/** A row of radio buttons that looks like one control. */
export interface Segmented<V extends string> {
  readonly node: HTMLElement
  /** Shows `value` as chosen; does not call `onChoose`. */
  select(value: V): void
  /** Marks a segment with a reason why it does not work here; undefined takes the mark away. */
  mark(value: V, reason: string | undefined): void
  setBusy(busy: boolean): void
}

let controls = 0

/** Native radio buttons, so that arrow keys, focus and screen readers work as everywhere. */
export function segmented<V extends string>(
  legend: string,
  segments: readonly Segment<V>[],
  onChoose: (value: V) => void,
): Segmented<V> {
  controls += 1
  const name = `segmented-${controls}`
  const inputs = new Map<V, HTMLInputElement>()
  const labels = new Map<V, HTMLElement>()

  const segmentNode = ({ value, label }: Segment<V>) => {
    const input = element('input', { type: 'radio', name, value, class: 'segment-input' })
    input.addEventListener('change', () => onChoose(value))
    const node = element('label', { class: 'segment' }, input, element('span', {}, label))
    inputs.set(value, input)
    labels.set(value, node)
    return node
  }

  const groups = [...new Set(segments.map(({ group }) => group))].map((group) => {
    const row = element('span', { class: 'segment-row' })
    row.append(...segments.filter((segment) => segment.group === group).map(segmentNode))
    return group === undefined
      ? row
      : element('span', { class: 'segment-group' }, element('span', { class: 'segment-name' }, group), row)
  })
  const node = element(
    'fieldset',
    { class: 'segmented' },
    element('legend', {}, legend),
    element('span', { class: 'segment-groups' }, ...groups),
  )

  return {
    node,
    select(value) {
      const input = inputs.get(value)
      if (input) input.checked = true
    },
    mark(value, reason) {
      const label = labels.get(value)
      label?.classList.toggle('segment-marked', reason !== undefined)
      if (label) label.title = reason ?? ''
    },
    setBusy(busy) {
      node.toggleAttribute('aria-busy', busy)
      for (const input of inputs.values()) input.disabled = busy
    },
  }
}
