import type { PackConfig } from '../artifact.ts'
import { settingsTable } from './markdown.ts'

/** The part of a card that says what a device does with the package besides predicting. */
export function onDeviceText({
  training,
  explanation,
}: Pick<PackConfig, 'training' | 'explanation'>): string {
  const explained = explanation
    ? 'Beside it lies a graph of the gradients of the output with respect to the input, from which predictions are explained.'
    : 'Predictions are explained by the gradients of TensorFlow.js itself.'
  const { loss, optimiser, ...settings } = training
  return `## On the device

An app can go on training the model on its user's examples, which stay on the device. The package says how:

${settingsTable({ loss: loss.kind, optimiser: optimiser.kind, ...settings })}

${explained}
`
}
