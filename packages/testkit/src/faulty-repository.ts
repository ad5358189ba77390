import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

import { answer, preflight } from './answer.ts'
import type { Fault } from './fault.ts'
import { type RangeBehaviour, rangedBody } from './ranged-body.ts'
import { signedAddresses } from './signed-addresses.ts'
import { logicalPath, type SignedMetadata, signedMetadata } from './signed-metadata.ts'

/** A request as it came. */
interface RecordedRequest {
  readonly path: string
  /** Without the digest or version before the name of a signed document: `rollouts/digits.json`. */
  readonly document: string
  readonly headers: IncomingHttpHeaders
  /** Bytes of the body that were written so far. */
  readonly sent: number
}

/**
 * A static repository over HTTP, on a port of its own, with signed metadata: of an empty repository, until `sign` is
 * called after files were put into it.
 */
export interface FaultyRepository extends SignedMetadata {
  /** With a slash at its end. */
  readonly url: string
  /** What it serves, by path such as `rollouts/digits.json`. */
  readonly files: Map<string, Uint8Array>
  /** Every request since the start, oldest first. */
  readonly requests: RecordedRequest[]
  /**
   * Answers to `path` go wrong, the next `times` of them; of a signed document or metadata those of every version, unless
   * the path names one. The latest fault of a path counts.
   */
  fail(path: string, fault: Fault, times?: number): void
  /** What it does from now on when it is asked for a part of a file. `honoured` from the start. */
  answerRanges(behaviour: RangeBehaviour): void
  /**
   * From now on manifests and blobs are for those who show one of these tokens, or come by an address that was signed for
   * one at `v1/signed-urls`; for everyone when undefined.
   */
  guard(tokens: readonly string[] | undefined): void
  /** Ends the addresses that were signed so far. */
  expireAddresses(): void
  /** Breaks every connection, in the middle of whatever it answers. */
  cut(): void
  /** Forgets all faults. */
  heal(): void
  /** Ends every connection, also those that hang. */
  close(): Promise<void>
}

/** Starts a repository without documents. */
export async function startFaultyRepository(): Promise<FaultyRepository> {
  const files = new Map<string, Uint8Array>()
  const requests: RecordedRequest[] = []
  const faults = new Map<string, { fault: Fault; left: number }>()

  function takeFault(path: string): Fault | undefined {
    const entry = faults.get(path) ?? faults.get(logicalPath(path))
    if (!entry || entry.left <= 0) return undefined
    entry.left--
    return entry.fault
  }

  let ranges: RangeBehaviour = 'honoured'
  let allowed: ReadonlySet<string> | undefined
  const addresses = signedAddresses()
  /** The status of who may not read `path`. */
  function refusal(path: string, url: URL, authorization: string | undefined): number | undefined {
    if (!allowed || !/^(models|federated|blobs|v1)\//.test(path) || addresses.opens(url)) return undefined
    if (authorization === undefined) return 401
    return allowed.has(authorization.replace('Bearer ', '')) ? undefined : 403
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const path = url.pathname.slice(1)
    if (request.method === 'OPTIONS') return preflight(response)
    const recorded = { path, document: logicalPath(path), headers: request.headers, sent: 0 }
    requests.push(recorded)
    const status = refusal(path, url, request.headers.authorization)
    const places = url.searchParams.get('paths')
    const file = path === 'v1/signed-urls' && places ? addresses.sign(places.split(',')) : files.get(path)
    const body = file && rangedBody(file, request.headers, ranges)
    const fault = status === undefined ? takeFault(path) : ({ kind: 'status', status } as const)
    answer(response, body, fault, (bytes) => void (recorded.sent += bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    ...signedMetadata(files),
    url: `http://127.0.0.1:${port}/`,
    files,
    requests,
    fail: (path, fault, times = Infinity) => void faults.set(path, { fault, left: times }),
    answerRanges: (behaviour) => void (ranges = behaviour),
    expireAddresses: () => addresses.expire(),
    guard: (tokens) => void (allowed = tokens && new Set(tokens)),
    cut: () => server.closeAllConnections(),
    heal: () => faults.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
