import { type DType, HomingError, type Signature } from '@homing/protocol'

const floats: readonly DType[] = ['float32', 'float64', 'float16']

/** The signature with float inputs that refuse NaN and infinities, unless all or the named ones allow them. */
export function withFiniteInputs(
  signature: Signature,
  inputs: Readonly<Record<string, { readonly finite?: boolean | undefined }>>,
  allowNaN: boolean,
): Signature {
  const unknown = Object.keys(inputs).find((name) => !signature.inputs.some((input) => input.name === name))
  if (unknown !== undefined) {
    throw new HomingError(
      'CONFIG_INVALID',
      `The configuration names input "${unknown}", which the model does not have`,
    )
  }
  return {
    ...signature,
    inputs: signature.inputs.map((input) => {
      const finite = floats.includes(input.dtype) && (inputs[input.name]?.finite ?? !allowNaN)
      return finite ? { ...input, finite } : input
    }),
  }
}
