import { isEncoded } from './strong-tag.ts'

/** Where the body of an answer belongs in the file. */
export type RangeAnswer =
  /** At this offset. */
  | { readonly name: 'from'; readonly start: number }
  /** Nowhere that is known: the server does not do what it was asked for. */
  | { readonly name: 'useless'; readonly problem: string }

/**
 * Where the body of `response` belongs, which was asked for from `start` on, of a file of `size` bytes (RFC 9110 §14, §15.3.7).
 * A server that ignores ranges answers 200 with all of it. Headers that another origin does not show are not held against it:
 * the hash has the last word.
 */
export function rangeAnswer(response: Response, start: number, size: number): RangeAnswer {
  const useless = (problem: string): RangeAnswer => ({ name: 'useless', problem })
  if (response.status === 416) return useless('has nothing from there on')
  if (response.status !== 206) return { name: 'from', start: 0 }
  if (isEncoded(response)) return useless('answers with a part of a compressed body')
  const type = response.headers.get('content-type') ?? ''
  if (/^\s*multipart\//i.test(type)) return useless('answers with several parts')
  const range = response.headers.get('content-range')
  if (range === null) return { name: 'from', start }
  const [, first, last, total] = /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(range) ?? []
  const fits = Number(first) === start && Number(last) < size && (total === '*' || Number(total) === size)
  return fits ? { name: 'from', start } : useless(`answers with "${range}"`)
}
