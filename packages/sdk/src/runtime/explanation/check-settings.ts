import { HomingError, type Manifest } from '@homing/protocol'

import type { ExplainSettings } from '../explanation-api.ts'
import { mostSamples } from './config.ts'

/**
 * Checks what the caller asks for; the caller may be plain JavaScript.
 * @throws HomingError CONFIG_INVALID naming the option.
 */
export function checkSettings(settings: ExplainSettings, { pipeline, signature }: Manifest): void {
  const { label, index, baseline, steps, samples, seed } = settings as Partial<
    Record<keyof ExplainSettings, unknown>
  >
  whole('steps', steps, 1, mostSamples)
  whole('samples', samples, 1, mostSamples)
  whole('seed', seed, 0, 2 ** 32 - 1)
  whole('index', index, 0, Number.MAX_SAFE_INTEGER)
  if (label !== undefined && typeof label !== 'string') refuse('label', 'a label of the model')
  if (baseline === undefined) return
  if (typeof baseline !== 'object' || baseline === null)
    refuse('baseline', 'an object by the names of inputs')
  const names = [...(pipeline?.inputs ?? []), ...signature.inputs].map(({ name }) => name)
  for (const [name, value] of Object.entries<unknown>({ ...baseline })) {
    if (!names.includes(name))
      refuse('baseline', `by the names of inputs (${names.join(', ')}), and "${name}" is none`)
    const fits =
      typeof value === 'number' ? Number.isFinite(value) : typeof value === 'object' && value !== null
    if (!fits) refuse(`baseline.${name}`, 'a finite number, a row, an image or a tensor')
  }
}

function whole(option: string, value: unknown, min: number, max: number): void {
  if (value === undefined) return
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return
  refuse(option, `a whole number from ${min} to ${max}`)
}

function refuse(option: string, expected: string): never {
  throw new HomingError('CONFIG_INVALID', `The option "${option}" of explain() must be ${expected}.`, {
    details: { option },
  })
}
