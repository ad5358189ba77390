import { readBatch, type TelemetryBatch } from '@homing/protocol'
import type { BatchAnswer } from '@homing/testkit'
import { commands } from 'vitest/browser'

/** The commands of `telemetryCommands` as a browser test sees them. */
interface TelemetryCommands {
  startTelemetry(): Promise<string>
  answerTelemetry(url: string, answer: BatchAnswer, times?: number): Promise<void>
  listTelemetry(url: string): Promise<string[]>
  stopTelemetry(url: string): Promise<void>
}
const node = commands as unknown as TelemetryCommands

/** A server of telemetry in Node. */
export interface TelemetryEndpoint {
  readonly url: string
  answer(answer: BatchAnswer, times?: number): Promise<void>
  /** All batches that came, as often as they came. */
  received(): Promise<TelemetryBatch[]>
  /** Those that came, each once: what the server would count. */
  counted(): Promise<TelemetryBatch[]>
  stop(): Promise<void>
}

export async function startTelemetryEndpoint(): Promise<TelemetryEndpoint> {
  const url = await node.startTelemetry()
  const received = async (): Promise<TelemetryBatch[]> =>
    (await node.listTelemetry(url)).map((body) => readBatch(JSON.parse(body)))
  return {
    url,
    answer: (answer, times) => node.answerTelemetry(url, answer, times),
    received,
    counted: async () => [...new Map((await received()).map((batch) => [batch.id, batch])).values()],
    stop: () => node.stopTelemetry(url),
  }
}

/** Predictions that batches tell of. */
export function predictionsIn(batches: readonly TelemetryBatch[]): number {
  return batches
    .flatMap(({ groups }) => groups)
    .reduce((sum, { counts }) => sum + (counts.predictions ?? 0), 0)
}
