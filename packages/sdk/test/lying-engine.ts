import type { Tensor } from '@homing/protocol'

import type { Backend } from '../src/libraries/backend.ts'
import type { InferenceEngine, Tensors } from '../src/runtime/engine.ts'

/** What is made of the outputs of a run. */
export type Lie = (
  outputs: Record<string, Tensor>,
) => Record<string, Tensor> | Promise<Record<string, Tensor>>

/** An engine that computes rightly, and on some backends tells something else. */
export function lyingEngine(
  engine: InferenceEngine,
  lieOn: (backend: Backend) => Lie | undefined,
): InferenceEngine {
  return {
    ...engine,
    async start(backend) {
      const started = await engine.start(backend)
      return {
        ...started,
        async load(...model) {
          const session = await started.load(...model)
          return {
            ...session,
            async run(inputs: Tensors) {
              const outputs = await session.run(inputs)
              return lieOn(backend)?.(outputs) ?? outputs
            },
          }
        },
      }
    },
  }
}

/** The sign of every output is wrong. */
export const negated: Lie = (outputs) =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [
      name,
      { ...tensor, data: (tensor.data as Float32Array).map((value) => -value) } as Tensor,
    ]),
  )

/** Runs once, as if it worked, and then never ends. */
export function hanging(): Lie {
  let runs = 0
  return (outputs) => (runs++ > 0 ? new Promise(() => undefined) : outputs)
}
