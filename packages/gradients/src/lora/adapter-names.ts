/** Ends of the names of the learned tensors of an adapter, behind the name of its weight. */
const [endOfA, endOfB] = ['/lora_a', '/lora_b']

/** Names of what the adapter of a weight adds to a model. */
export interface AdapterNames {
  /** Learned tensors. */
  readonly a: string
  readonly b: string
  /** Start of the names of everything else. */
  readonly prefix: string
  /** The factor alpha / rank. */
  readonly scale: string
  /** What is in the place of a kernel. */
  readonly kernel: string
  /** The output of a product as it is without the adapter, followed by a number. */
  readonly plain: string
}

/** Names of what the adapter of a weight adds to a model. */
export function adapterNames(weight: string): AdapterNames {
  const prefix = `${weight}/adapter/`
  return {
    a: `${weight}${endOfA}`,
    b: `${weight}${endOfB}`,
    prefix,
    scale: `${prefix}scale`,
    kernel: `${prefix}kernel`,
    plain: `${prefix}plain`,
  }
}

/** The weights among these tensors that have an adapter. */
export function adaptedWeights(tensors: readonly string[]): string[] {
  const known = new Set(tensors)
  return tensors.filter((name) => known.has(`${name}${endOfA}`) && known.has(`${name}${endOfB}`))
}
