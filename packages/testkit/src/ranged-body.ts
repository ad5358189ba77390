import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { gzipSync } from 'node:zlib'

/** What a server does when it is asked for a part of a file. */
export type RangeBehaviour =
  /** Answers as RFC 9110 §14 says, with a strong tag that conditions are held against. */
  | 'honoured'
  /** Answers with the whole file, status 200 and no tag. */
  | 'ignored'
  /** Answers as it should, but shows neither tag nor place, as to a page of another origin. */
  | 'hidden'
  /** Has another tag each time, so that no condition holds. */
  | 'retagged'
  /** Says that there is nothing from there on. */
  | 'refused'
  /** Answers with another part than it was asked for, and says so. */
  | 'shifted'
  /** Answers with a part of the compressed file; the whole file comes compressed too. */
  | 'compressed'

/** The body of an answer, before any fault. */
export interface AnswerBody {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

let answers = 0

/** What `file` is answered with to a request with these headers. */
export function rangedBody(
  file: Uint8Array,
  request: IncomingHttpHeaders,
  behaviour: RangeBehaviour,
): AnswerBody {
  const asked = /^bytes=(\d+)-$/.exec(request.range ?? '')?.[1]
  const whole = behaviour === 'compressed' ? new Uint8Array(gzipSync(file)) : file
  const headers = headersOf(file, behaviour)
  const condition = request['if-range']
  const holds = condition === undefined || condition === headers.etag
  if (asked === undefined || behaviour === 'ignored' || !holds) return { status: 200, headers, bytes: whole }
  const start = Math.max(0, Number(asked) - (behaviour === 'shifted' ? 1 : 0))
  if (start >= whole.byteLength || behaviour === 'refused')
    return {
      status: 416,
      headers: { 'content-range': `bytes */${whole.byteLength}` },
      bytes: new Uint8Array(),
    }
  const place = `bytes ${start}-${whole.byteLength - 1}/${whole.byteLength}`
  return {
    status: 206,
    headers: { ...headers, ...(behaviour === 'hidden' ? {} : { 'content-range': place }) },
    bytes: whole.subarray(start),
  }
}

function headersOf(file: Uint8Array, behaviour: RangeBehaviour): Record<string, string> {
  switch (behaviour) {
    case 'ignored':
    case 'hidden':
      return {}
    case 'retagged':
      return { etag: `"${answers++}"` }
    case 'compressed':
      return { etag: '"compressed"', 'content-encoding': 'gzip' }
    default:
      return { etag: `"${createHash('sha256').update(file).digest('hex')}"` }
  }
}
