/**
 * Milliseconds that an answer asks to wait (RFC 9110, 10.2.3: seconds, or a date). Where the header cannot be read, across
 * origins, what the server's error says in its body.
 */
export async function retryAfter(response: Response, now: number): Promise<number | undefined> {
  const header = response.headers.get('retry-after')
  if (header !== null) return fromHeader(header.trim(), now)
  const body: unknown = await response.json().catch(() => undefined) // an answer of something else than the server
  const details = (body as { error?: { details?: { retryAfter?: unknown } } } | null | undefined)?.error
    ?.details
  return milliseconds(details?.retryAfter)
}

function fromHeader(header: string, now: number): number | undefined {
  if (/^\d+$/.test(header)) return milliseconds(Number(header))
  const date = /[a-z]/i.test(header) ? Date.parse(header) : NaN // some engines take "-5" for one
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

const milliseconds = (seconds: unknown): number | undefined =>
  typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined
