import type { Command } from 'commander'

/** What commands are made with. */
export interface CommandParts {
  readonly stdout: NodeJS.WriteStream
  readonly signal?: AbortSignal
  /** Writes a result: as JSON, or as lines for people. */
  tell(json: true | undefined, value: unknown, lines: () => readonly string[]): void
  /** A command about a server, with the flags of all of these. */
  serverCommand(usage: string, description: string, parent?: Command): Command
}
