import { HomingError, type Tensor } from '@homing/protocol'

import type { Backend } from '../libraries/backend.ts'
import type { EngineSession, InferenceEngine } from '../runtime/engine.ts'
import { type ContractModel, denseExpected } from './dense-layer.ts'

/** What the contract needs of an engine. */
export interface ContractSubject {
  readonly backend: Backend
  /** The same engine each time, or another: the contract holds for both. */
  readonly engine: () => InferenceEngine
  /** The dense layer y = x · `denseKernel` + bias, in the engine's format. */
  readonly dense: (bias: number) => ContractModel
  /** A model with an operator named `Imaginary`; left out where a format has no operators. */
  readonly unsupported?: () => ContractModel
  /** A backend that the engine does not have. */
  readonly foreign?: Backend
}

/** One guarantee of the engine port; for a test of any framework. */
export interface ContractCase {
  readonly name: string
  /** Rejects with an Error that says what is broken. */
  readonly run: () => Promise<void>
}

const x = [1, 2, 3, 4, -1, 0, 1, 0.5]
const tolerance = 1e-4

/** The guarantees of `InferenceEngine`, for an adapter to be held to on one backend. */
export function engineContract(subject: ContractSubject): readonly ContractCase[] {
  const { backend, engine, dense, unsupported, foreign } = subject
  const load = async (model: ContractModel): Promise<EngineSession> =>
    (await engine().start(backend)).load(model.manifest, model)
  const first = async (session: EngineSession, input: Tensor): Promise<number> =>
    Number((await session.run({ x: input }))['y']!.data[0])

  const cases: ContractCase[] = [
    {
      name: 'says its version and threads, and starts once',
      async run() {
        const one = engine()
        hold(/^\d+\.\d+\.\d+/.test(await one.version()), 'version() begins with three numbers')
        const started = await one.start(backend)
        hold(started.threads >= 1, 'there is a thread at least')
        hold((await one.start(backend)) === started, 'start() gives the same the second time')
      },
    },
    ...[1, 2, 100].map((rows) => ({
      name: `runs a batch of ${rows}, with the outputs of the signature and no others`,
      async run() {
        const session = await load(dense(0.5))
        const input = Array.from({ length: rows * 4 }, (_, at) => x[at % x.length]!)
        const outputs = await session.run({ x: floats(input, [rows, 4]) })
        hold(Object.keys(outputs).join() === 'y', 'outputs are named as in the signature')
        const { dtype, shape, data } = outputs['y']!
        hold(dtype === 'float32' && shape.join() === `${rows},3`, 'the output has its dtype and shape')
        denseExpected(input, 0.5).forEach((value, at) =>
          hold(Math.abs(Number(data[at]) - value) <= tolerance, `element ${at} is ${value}, not ${data[at]}`),
        )
        await session.release()
      },
    })),
    {
      name: 'keeps sessions apart, and one alive when the other is released',
      async run() {
        const [one, two] = [await load(dense(1)), await load(dense(2))]
        const zeros = floats([0, 0, 0, 0], [1, 4])
        hold((await first(one, zeros)) === 1 && (await first(two, zeros)) === 2, 'each has its parameters')
        await one.release()
        hold((await first(two, zeros)) === 2, 'the second runs after the first was released')
        await two.release()
      },
    },
    {
      name: 'gives outputs that own their data, and leaves the inputs as they are',
      async run() {
        const session = await load(dense(1))
        const input = floats([1, 1, 1, 1], [1, 4])
        const { data } = (await session.run({ x: input }))['y']!
        const kept = [...(data as Float32Array)]
        structuredClone(data, { transfer: [(data as Float32Array).buffer] })
        const again = [...((await session.run({ x: input }))['y']!.data as Float32Array)]
        hold(again.join() === kept.join(), 'a second run is not disturbed by what became of the first')
        hold([...(input.data as Float32Array)].join() === '1,1,1,1', 'the inputs are not changed')
        await session.release()
      },
    },
    {
      name: 'rejects bytes that are no model, and goes on',
      async run() {
        const graph = new TextEncoder().encode('<!doctype html>')
        await rejects(load({ ...dense(0), graph }), undefined)
        await (await load(dense(3))).release()
      },
    },
    {
      name: 'rejects with ENGINE_FAILED when a run fails, and can run again',
      async run() {
        const session = await load(dense(1))
        await rejects(session.run({ x: floats([1, 2, 3], [1, 3]) }), 'ENGINE_FAILED')
        hold((await first(session, floats([0, 0, 0, 0], [1, 4]))) === 1, 'it runs again')
        await session.release()
      },
    },
  ]
  if (unsupported)
    cases.push({
      name: 'names the operator that it lacks',
      async run() {
        // Some engines find it out when they load, others when they run.
        const attempt = async (): Promise<unknown> => {
          const session = await load(unsupported())
          return session.run({ x: floats([1, 2, 3, 4], [1, 4]) }).finally(() => session.release())
        }
        const { message } = await rejects(attempt(), 'OPERATOR_UNSUPPORTED')
        hold(message.includes('Imaginary'), 'the message names it')
      },
    })
  if (foreign)
    cases.push({
      name: `has no backend ${foreign}`,
      run: async () => void (await rejects(engine().start(foreign), 'BACKEND_UNAVAILABLE')),
    })
  return cases
}

function hold(holds: boolean, what: string): void {
  if (!holds) throw new Error(`It does not hold that ${what}.`)
}

async function rejects(work: Promise<unknown>, code: string | undefined): Promise<HomingError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof HomingError))
    throw new Error(`It is to reject with a HomingError, not ${String(error)}.`)
  hold(code === undefined || error.code === code, `it rejects with ${code}, not ${error.code}`)
  return error
}

function floats(data: readonly number[], shape: readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(data) }
}
