import { element } from '../dom/element.ts'
import type { WineFeature } from './wine-features.ts'

/** One feature's slider and number. */
export interface FeatureRow {
  readonly node: HTMLElement
  /** NaN when the number's field is empty or no number. */
  readonly value: number
  set(value: number): void
  setInvalid(invalid: boolean): void
}

/**
 * A slider for what is usual and a field for every number: what lies outside the model's range is refused by the
 * model itself, with its reason, and not by the page.
 */
export function createFeatureRow(feature: WineFeature, onChange: () => void): FeatureRow {
  const { name, label, unit, min, max, step, usual } = feature
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  const id = `wine-${name}`
  const slider = element('input', { type: 'range', class: 'slider', min, max, step, id })
  const number = element('input', {
    type: 'number',
    class: 'number',
    step: 'any',
    inputmode: 'decimal',
    'aria-label': unit === '' ? label : `${label} in ${unit}`,
    'data-testid': id,
  })
  const node = element(
    'div',
    { class: 'feature' },
    element('label', { class: 'feature-label', for: id }, label),
    element('span', { class: 'feature-number' }, number, element('span', { class: 'unit' }, unit)),
    slider,
  )
  const fill = () => {
    const share = (Number(slider.value) - min) / (max - min)
    slider.style.setProperty('--share', String(share))
    slider.setAttribute('aria-valuetext', `${slider.value} ${unit}`)
  }
  const set = (value: number) => {
    number.value = value.toFixed(digits)
    slider.value = String(value)
    fill()
  }

  slider.addEventListener('input', () => {
    number.value = slider.valueAsNumber.toFixed(digits)
    fill()
    onChange()
  })
  number.addEventListener('input', () => {
    slider.value = number.value
    fill()
    onChange()
  })
  set(usual)

  return {
    node,
    get value() {
      return number.valueAsNumber
    },
    set,
    setInvalid(invalid) {
      node.classList.toggle('feature-invalid', invalid)
      if (invalid) number.setAttribute('aria-invalid', 'true')
      else number.removeAttribute('aria-invalid')
    },
  }
}
