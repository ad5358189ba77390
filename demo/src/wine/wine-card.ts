import { HomingError } from '@homing/sdk'

import { element } from '../dom/element.ts'
import { latestOnly } from '../latest-only.ts'
import { createCard } from '../panel/card.ts'
import { wineChoices } from '../slot/choice.ts'
import type { ModelSlot } from '../slot/model-slot.ts'
import { createFeatureRow } from './feature-row.ts'
import { createQualityGauge } from './quality-gauge.ts'
import { wineFeatures } from './wine-features.ts'
import { createWineExplanation } from './wine-explanation.ts'
import { winePresets } from './wine-presets.ts'

/** The card on which one mixes a white wine and sees its grade. */
export function createWineCard(slot: ModelSlot, check: () => Promise<void>): HTMLElement {
  const gauge = createQualityGauge()

  const predict = latestOnly(async () => {
    const { model } = slot
    if (!model) return
    const start = performance.now()
    try {
      const prediction = await model.predict({ wine: wine() })
      gauge.update(prediction)
      markInvalid(undefined)
      card.showPrediction(prediction, performance.now() - start)
    } catch (caught) {
      const error = HomingError.from(caught)
      gauge.update(undefined)
      markInvalid(error)
      card.showError(error)
    }
  })
  const change = () => {
    explanation.change()
    predict()
  }
  const rows = new Map(wineFeatures.map((feature) => [feature.name, createFeatureRow(feature, change)]))
  const wine = () => Object.fromEntries([...rows].map(([name, row]) => [name, row.value]))
  const explanation = createWineExplanation(slot, wine)

  const markInvalid = (error: HomingError | undefined) => {
    for (const [name, row] of rows) row.setInvalid(error?.details['feature'] === name)
  }

  const presets = winePresets.map(({ label, values }) => {
    const button = element('button', { type: 'button', class: 'button' }, label)
    button.addEventListener('click', () => {
      for (const [name, value] of values) rows.get(name)?.set(value)
      change()
    })
    return button
  })
  const body = element(
    'div',
    { class: 'wine-body' },
    element(
      'div',
      { class: 'wine-head' },
      gauge.node,
      element('div', { class: 'presets', role: 'group', 'aria-label': 'Wines to begin with' }, ...presets),
    ),
    element('div', { class: 'features' }, ...[...rows.values()].map(({ node }) => node)),
    explanation.node,
  )
  const card = createCard({
    id: 'wine',
    title: 'Wine',
    lead: 'Mix a white wine; the model grades it as tasters would.',
    choices: wineChoices,
    slot,
    check,
    body,
  })

  let answered = ''
  slot.subscribe(({ status, choice }) => {
    const now = `${choice.id} ${status?.version ?? ''} ${status?.backend ?? ''}`
    if (now !== answered) change()
    answered = now
  })
  gauge.update(undefined)
  return card.node
}
