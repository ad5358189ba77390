import { HomingError, type Manifest } from '@homing/protocol'

import type { EngineSession, Tensors } from '../engine.ts'
import { pointsAtOnce } from './config.ts'
import type { GradientSource } from './gradient-source.ts'

/** Gradients from an engine that differentiates by itself; undefined where it does not. */
export function engineGradients(
  { model, version, signature, pipeline }: Manifest,
  session: EngineSession,
): GradientSource | undefined {
  const { gradients } = session
  if (!gradients) return undefined
  const inputs = signature.inputs.filter(({ dtype }) => dtype === 'float32').map(({ name }) => name)
  const output = pipeline?.outputs[0]?.tensor ?? signature.outputs[0]!.name
  if (inputs.length === 0)
    throw new HomingError(
      'TRAINING_UNAVAILABLE',
      `${model} ${version} has no input of floating-point numbers to explain by.`,
    )
  const batched = signature.inputs.every(({ shape }) => typeof shape[0] === 'string')
  const points = batched ? pointsAtOnce : 1
  return {
    output,
    inputs,
    layoutFor(point) {
      requireOneExample(batched, point)
      const shapes = Object.entries(point).map(
        ([name, { shape }]) => [name, batched ? [points, ...shape.slice(1)] : shape] as const,
      )
      return { points, shapes: Object.fromEntries(shapes) }
    },
    gradientsAt: (points, weights) => gradients(points, { inputs, output, weights }),
  }
}

function requireOneExample(batched: boolean, point: Tensors): void {
  const several = Object.entries(point).find(([, { shape }]) => batched && shape[0] !== 1)
  if (!several) return
  const [name, { shape }] = several
  throw new HomingError(
    'INPUT_SHAPE',
    `One example is explained at a time, and input "${name}" holds ${shape[0]}.`,
    { details: { name } },
  )
}
