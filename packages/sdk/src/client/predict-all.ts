import { HomingError } from '@homing/protocol'

import { scoringWindow } from './config.ts'
import type { PageInput } from './page-input.ts'

/** The inputs of one call, by name. */
type PageInputs = Readonly<Record<string, PageInput>>

/** What is scored: the inputs of one call after another, as many as there are. */
export type InputsToScore = AsyncIterable<PageInputs> | Iterable<PageInputs>

/** How many inputs are scored, and who is told. */
export interface ScoringOptions {
  readonly signal?: AbortSignal
  /** Told after every answer. */
  readonly onProgress?: (progress: ScoringProgress) => void
  /** Most calls under way at once, and so most answers that wait for who reads them. Default 64. */
  readonly window?: number
}

/** How far a scoring is. */
export interface ScoringProgress {
  /** Answers so far, those that failed among them. */
  readonly done: number
  readonly failed: number
}

/** The answer to one of the inputs, the `index`th; `error` where that input was refused, or the model failed on it. */
export type ScoredAs<Prediction> = { readonly index: number } & (
  { readonly prediction: Prediction } | { readonly error: HomingError }
)

/** What tells of one input alone, after which the next may be scored. */
const ofOneInput = /^(INPUT_|ENGINE_FAILED$)/

/**
 * Scores inputs in order, and gives an answer to each in the same order. An input is asked for when there is room in the
 * window, and the window moves on when an answer is read, so that neither inputs nor answers pile up. Whoever stops
 * reading ends it: calls under way are aborted, and the source is closed.
 * @throws HomingError CONFIG_INVALID, ABORTED, CLOSED and what else ends all calls of the model; what the source throws.
 */
export async function* predictAll<Prediction>(
  inputs: InputsToScore,
  predict: (inputs: PageInputs, signal: AbortSignal) => Promise<Prediction>,
  { signal, onProgress, window = scoringWindow }: ScoringOptions,
): AsyncGenerator<ScoredAs<Prediction>, void, undefined> {
  if (!(Number.isInteger(window) && window >= 1))
    throw new HomingError('CONFIG_INVALID', '`window` must be a whole number, 1 or more.')
  const own = new AbortController()
  const follow = (): void => own.abort(signal?.reason)
  if (signal?.aborted) follow()
  signal?.addEventListener('abort', follow, { once: true })

  const source = sourceOf(inputs)
  const answers: Promise<ScoredAs<Prediction>>[] = []
  let asked: Promise<IteratorResult<PageInputs>> | undefined
  let [index, done, failed, ended] = [0, 0, 0, false]

  const score = async (at: number, input: PageInputs): Promise<ScoredAs<Prediction>> => {
    try {
      return { index: at, prediction: await predict(input, own.signal) }
    } catch (thrown) {
      const error = HomingError.from(thrown)
      if (!ofOneInput.test(error.code)) throw error
      return { index: at, error }
    }
  }
  const aborted = rejectOn(own.signal)
  aborted.catch(() => undefined)
  try {
    for (;;) {
      if (!ended && !asked && answers.length < window) asked = source.next()
      const [first] = answers
      if (!asked && !first) return
      const arrived = await Promise.race([aborted, asked ?? first!, first ?? asked!])
      if ('index' in arrived) {
        void answers.shift() // it has arrived
        done++
        if ('error' in arrived) failed++
        onProgress?.({ done, failed })
        yield arrived
        continue
      }
      asked = undefined
      if (arrived.done) ended = true
      else {
        const answer = score(index++, arrived.value)
        void answer.catch(() => undefined) // told when its turn comes
        answers.push(answer)
      }
    }
  } finally {
    own.abort()
    signal?.removeEventListener('abort', follow)
    void source.return().catch(() => undefined) // whoever stopped reading is told nothing
  }
}

/** @throws HomingError CONFIG_INVALID for what is no iterable. */
async function* sourceOf(inputs: InputsToScore): AsyncGenerator<PageInputs, void, undefined> {
  const given = inputs as Partial<AsyncIterable<PageInputs> & Iterable<PageInputs>> | null
  if (!given?.[Symbol.asyncIterator] && !given?.[Symbol.iterator])
    throw new HomingError('CONFIG_INVALID', 'predictAll() takes an iterable of inputs.')
  yield* inputs
}

/** Rejects with ABORTED once `signal` aborts. */
function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void =>
      reject(new HomingError('ABORTED', 'The scoring was aborted.', { cause: signal.reason }))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
