import { type BatchAnswer, startTelemetryServer, type TelemetryServer } from './telemetry-server.ts'

const running = new Map<string, TelemetryServer>()

function find(url: string): TelemetryServer {
  const server = running.get(url)
  if (!server) throw new Error(`No telemetry server runs at ${url}`)
  return server
}

/** Vitest commands by which a browser test has a server of telemetry of its own in Node. */
export const telemetryCommands = {
  /** Starts one and gives its URL, which names it in the other commands. */
  async startTelemetry(): Promise<string> {
    const server = await startTelemetryServer()
    running.set(server.url, server)
    return server.url
  },
  /** Gives this answer to the next batches: for ever, or so often, and 202 then. */
  answerTelemetry(_context: unknown, url: string, answer: BatchAnswer, times = Infinity): void {
    let left = times
    find(url).answer(() => (left-- > 0 ? answer : { status: 202 }))
  },
  /** Bodies of all batches that came, whatever was answered. */
  listTelemetry(_context: unknown, url: string): string[] {
    return find(url).received.map(({ body }) => body)
  },
  async stopTelemetry(_context: unknown, url: string): Promise<void> {
    await running.get(url)?.close()
    running.delete(url)
  },
}
