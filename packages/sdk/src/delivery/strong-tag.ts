/** The strong entity tag of the file itself (RFC 9110 §8.8.3); that of a compressed body is of no use for ranges of the file. */
export function strongTag(response: Response): string | undefined {
  const tag = response.headers.get('etag')
  return tag !== null && /^"[^"]*"$/.test(tag) && !isEncoded(response) ? tag : undefined
}

/** Whether what comes is not the file itself, but a compressed form of it. */
export function isEncoded(response: Response): boolean {
  return !/^\s*(identity)?\s*$/i.test(response.headers.get('content-encoding') ?? '')
}
