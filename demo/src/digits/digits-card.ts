import { HomingError } from '@homing/sdk'

import { createCard } from '../panel/card.ts'
import { element } from '../dom/element.ts'
import { latestOnly } from '../latest-only.ts'
import { digitsChoices } from '../slot/choice.ts'
import type { ModelSlot } from '../slot/model-slot.ts'
import { createDigitsAnswer } from './digits-answer.ts'
import { createDigitsExplanation } from './digits-explanation.ts'
import { createDrawingPad } from './drawing-pad.ts'
import { createPadTools, listenForPadKeys } from './pad-tools.ts'

/** The card on which one draws a digit and sees what the model makes of it while one draws. */
export function createDigitsCard(slot: ModelSlot, check: () => Promise<void>): HTMLElement {
  const answer = createDigitsAnswer()

  const predict = latestOnly(async () => {
    const { model } = slot
    if (pad.isBlank()) answer.update(undefined)
    if (!model || pad.isBlank()) return
    const start = performance.now()
    try {
      const prediction = await model.predict({ image: pad.canvas })
      // Cleared meanwhile: an answer to a sheet that is blank again would be a lie.
      if (!pad.isBlank()) answer.update(prediction)
      card.showPrediction(prediction, performance.now() - start)
    } catch (error) {
      card.showError(HomingError.from(error))
    }
  })
  const pad = createDrawingPad(() => {
    explanation.change()
    predict()
  })
  const explanation = createDigitsExplanation(slot, pad)

  const body = element(
    'div',
    { class: 'digits-body' },
    element(
      'div',
      { class: 'pad-side' },
      pad.node,
      createPadTools(() => pad),
    ),
    answer.node,
    explanation.node,
    element(
      'p',
      { class: 'keys', id: 'pad-keys' },
      'With the keyboard: arrow keys move the pen, hold Space to write, 0 to 9 write a sample, Escape clears.',
    ),
  )
  const card = createCard({
    id: 'digits',
    title: 'Digits',
    lead: 'Write a digit with mouse, finger or pen.',
    choices: digitsChoices,
    slot,
    check,
    body,
  })
  listenForPadKeys(body, pad)

  // Another version or backend answers for the drawing that is there.
  let answered = ''
  slot.subscribe(({ status, choice }) => {
    const now = `${choice.id} ${status?.version ?? ''} ${status?.backend ?? ''}`
    if (now !== answered) {
      explanation.change()
      predict()
    }
    answered = now
  })
  answer.update(undefined)
  return card.node
}
