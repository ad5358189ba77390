import type { NetworkName } from '../../../src/runtime/networks/network.ts'
import type { WorkerAnswer, WorkerQuestion } from './worker-calls.ts'

type Predict = (data: Float32Array<ArrayBuffer>, batch: number) => Promise<Float32Array>

/** The other end of the calls, in the worker: one prediction after another. */
export function answerCalls(open: (network: NetworkName, url: string) => Promise<Predict>): void {
  let predict: Predict
  let before: Promise<unknown> = Promise.resolve()
  const answer = async (question: WorkerQuestion): Promise<void> => {
    const { id } = question
    try {
      if ('open' in question) {
        predict = await open(question.open, question.url)
        tell({ id })
      } else {
        const scores = (await predict(question.data, question.batch)) as Float32Array<ArrayBuffer>
        tell({ id, scores }, [scores.buffer])
      }
    } catch (error) {
      tell({ id, problem: String(error) })
    }
  }
  addEventListener('message', ({ data }: MessageEvent<WorkerQuestion>) => {
    before = before.then(() => answer(data))
  })
}

function tell(answer: WorkerAnswer, moved: Transferable[] = []): void {
  postMessage(answer, { transfer: moved })
}
