import { graphBuilder, type ModelProto } from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import { runnable } from './backend-support.ts'
import { declareInput } from './declare-input.ts'
import { emitterOf, type ShapedValue } from './emitter.ts'
import { type ForwardGraph, type ForwardOptions, readForwardGraph } from './forward-graph.ts'
import { freeNames } from './free-names.ts'
import { writeGradients } from './reverse.ts'
import { writeForward } from './write-forward.ts'

/** Which output is differentiated, with respect to which inputs. */
export interface GradientOptions extends ForwardOptions {
  /** Inputs by name; all of floating-point numbers when absent. */
  readonly inputs?: readonly string[]
}

/** A model's output together with gradients of its inputs, as an ONNX model of standard operators. */
export interface GradientGraph {
  readonly model: ModelProto
  /** Inputs of the inference model. */
  readonly inputs: readonly ShapedValue[]
  /** The output that is differentiated. */
  readonly output: ShapedValue
  /**
   * Input of the output's type and shape: weights of the output's elements, whose weighted sum is differentiated. Where
   * examples of a batch do not depend on one another, a row with a single 1 in it asks for one element of one example.
   */
  readonly selection: string
  /** Outputs that hold the gradients, of the types and shapes of the inputs. */
  readonly gradients: readonly { readonly input: string; readonly output: string }[]
}

/**
 * Writes the vector-Jacobian product of an inference model, from which explanations are made: the gradient of a
 * weighted sum of the output's elements with respect to the inputs. `dims` gives dynamic dimensions their sizes.
 * @throws HomingError GRADIENT_UNSUPPORTED when an operator without gradient lies between input and output,
 *   CONFIG_INVALID for options that do not fit the model, ONNX_INVALID or ONNX_UNSUPPORTED for a model that cannot be
 *   read.
 */
export function gradientGraph(model: ModelProto, options: GradientOptions = {}): GradientGraph {
  const forward = readForwardGraph(model, options)
  const { inputs, output } = forward
  if (!isFloat(output))
    throw new HomingError(
      'CONFIG_INVALID',
      `Output "${output.name}" holds ${output.dtype} numbers, which have no gradient`,
    )
  const wanted = differentiableInputs(forward, options.inputs)
  const nameOf = freeNames(forward)
  const builder = graphBuilder('gradient', forward)
  for (const input of inputs) declareInput(builder, input.name, input)
  const selection = declareInput(builder, nameOf('selection'), output)
  writeForward(builder, forward)
  builder.output(output.name, output)
  const written = writeGradients(forward, emitterOf(builder), selection, wanted)
  const gradients = wanted.map((input) => {
    const name = nameOf(`${input}/gradient`)
    builder.output(name, written.get(input)!)
    return { input, output: name }
  })
  return { model: runnable(builder.build()), inputs, output, selection: selection.name, gradients }
}

function differentiableInputs({ inputs, output }: ForwardGraph, names?: readonly string[]): string[] {
  const floats = inputs.filter(isFloat).map(({ name }) => name)
  const unfit = names?.find((name) => !floats.includes(name))
  if (unfit !== undefined)
    throw new HomingError(
      'CONFIG_INVALID',
      `"${unfit}" is no input of floating-point numbers on which output "${output.name}" depends`,
    )
  const wanted = names ?? floats
  if (wanted.length === 0)
    throw new HomingError('CONFIG_INVALID', 'The model has no input of floating-point numbers')
  return [...new Set(wanted)]
}

function isFloat({ dtype }: ShapedValue): boolean {
  return dtype === 'float32' || dtype === 'float64'
}
