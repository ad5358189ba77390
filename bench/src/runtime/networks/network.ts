/** What is predicted: digits as it is published, a small perceptron, and a network as large as apps ship. */
export const networkNames = ['digits', 'mlp', 'mobilenet'] as const

export type NetworkName = (typeof networkNames)[number]

/** One sample of a network, and the names of its tensors. */
export interface Network {
  readonly title: string
  readonly input: string
  readonly output: string
  /** Of one sample, without the batch; channels first. */
  readonly shape: readonly number[]
}

export const networks: Readonly<Record<NetworkName, Network>> = {
  digits: { title: 'digits', input: 'image', output: 'logits', shape: [1, 28, 28] },
  mlp: { title: 'MLP of 235,146 parameters', input: 'x', output: 'logits', shape: [784] },
  mobilenet: { title: 'MobileNetV2 224', input: 'pixel_values', output: 'logits', shape: [3, 224, 224] },
}

/** Numbers in one sample. */
export function sampleSize({ shape }: Pick<Network, 'shape'>): number {
  return shape.reduce((product, size) => product * size, 1)
}
