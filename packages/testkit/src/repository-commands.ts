import type { Fault } from './fault.ts'
import { type FaultyRepository, startFaultyRepository } from './faulty-repository.ts'
import { telemetryCommands } from './telemetry-commands.ts'

const running = new Map<string, FaultyRepository>()

function find(url: string): FaultyRepository {
  const repository = running.get(url)
  if (!repository) throw new Error(`No repository runs at ${url}`)
  return repository
}

/** Vitest commands by which a browser test has a repository of its own in Node. Files cross as base64. */
export const repositoryCommands = {
  ...telemetryCommands,
  /** Starts a repository and gives its root and its URL, which names it in the other commands. */
  async startRepository(): Promise<{ url: string; root: string }> {
    const repository = await startFaultyRepository()
    running.set(repository.url, repository)
    return { url: repository.url, root: repository.root }
  },
  /** Puts files into a repository and signs it. */
  putRepositoryFiles(_context: unknown, url: string, files: Readonly<Record<string, string>>): void {
    const repository = find(url)
    for (const [path, base64] of Object.entries(files))
      repository.files.set(path, Buffer.from(base64, 'base64'))
    repository.sign()
  },
  /** Signs the metadata of a role once more, as expiring at `expires`. */
  expireRepository(
    _context: unknown,
    url: string,
    role: 'timestamp' | 'snapshot' | 'root',
    expires: string,
  ): void {
    const repository = find(url)
    repository.tuf[role].expires = expires
    if (role === 'root') repository.tuf.publishRoot()
    if (role === 'snapshot') repository.tuf.publish()
    else repository.tuf.publishTimestamp()
    repository.write()
  },
  failRepositoryPath(_context: unknown, url: string, path: string, fault: Fault, times?: number): void {
    find(url).fail(path, fault, times)
  },
  healRepository(_context: unknown, url: string): void {
    find(url).heal()
  },
  /** Breaks every connection. */
  cutRepository(_context: unknown, url: string): void {
    find(url).cut()
  },
  /** The paths of all requests since the start. */
  listRepositoryRequests(_context: unknown, url: string): string[] {
    return find(url).requests.map(({ path }) => path)
  },
  /** Starts a repository that serves what this one does now, as a copy in an app's files would be. */
  async copyRepository(_context: unknown, url: string): Promise<string> {
    const copy = await startFaultyRepository()
    copy.files.clear()
    for (const [path, bytes] of find(url).files) copy.files.set(path, bytes)
    running.set(copy.url, copy)
    return copy.url
  },
  guardRepository(_context: unknown, url: string, tokens: readonly string[] | undefined): void {
    find(url).guard(tokens)
  },
  /** Ends the addresses that were signed so far. */
  expireRepositoryAddresses(_context: unknown, url: string): void {
    find(url).expireAddresses()
  },
  /** What each request since the start showed as its authorisation. */
  listRepositoryTokens(_context: unknown, url: string): [path: string, authorization: string | null][] {
    return find(url).requests.map(({ document, headers }) => [document, headers.authorization ?? null])
  },
  async stopRepository(_context: unknown, url: string): Promise<void> {
    await running.get(url)?.close()
    running.delete(url)
  },
}
