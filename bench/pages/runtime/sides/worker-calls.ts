import type { NetworkName } from '../../../src/runtime/networks/network.ts'
import { modelUrl } from './side.ts'

/** What a peer's worker is asked: to open a network, then to predict. */
export type WorkerQuestion =
  | { readonly id: number; readonly open: NetworkName; readonly url: string }
  | { readonly id: number; readonly data: Float32Array<ArrayBuffer>; readonly batch: number }

/** Scores, none for what was opened; or what went wrong. */
export type WorkerAnswer =
  | { readonly id: number; readonly scores?: Float32Array<ArrayBuffer> }
  | { readonly id: number; readonly problem: string }

interface Waiting {
  readonly resolve: (scores: Float32Array | undefined) => void
  readonly reject: (error: Error) => void
}

/** A worker that predicts, by messages with numbers as any app would write them: inputs are copied, scores moved. */
export async function openWorkerCalls(
  worker: Worker,
  network: NetworkName,
): Promise<(data: Float32Array<ArrayBuffer>, batch: number) => Promise<Float32Array>> {
  const waiting = new Map<number, Waiting>()
  let last = 0
  worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
    const call = waiting.get(data.id)!
    waiting.delete(data.id)
    if ('problem' in data) call.reject(new Error(data.problem))
    else call.resolve(data.scores)
  }
  worker.onerror = ({ message }) => {
    for (const call of waiting.values()) call.reject(new Error(message))
  }
  const ask = (
    question: { open: NetworkName; url: string } | { data: Float32Array<ArrayBuffer>; batch: number },
  ): Promise<Float32Array | undefined> => {
    const id = ++last
    worker.postMessage({ ...question, id } satisfies WorkerQuestion)
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
  }
  await ask({ open: network, url: modelUrl(network) })
  return async (data, batch) => (await ask({ data, batch }))!
}
