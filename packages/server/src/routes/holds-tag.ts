/** Whether an If-None-Match header names `tag` (RFC 9110 §13.1.2, weak comparison; a coding suffix counts as the same). */
export function holdsTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((part) => {
    const candidate = part.trim().replace(/^W\//, '')
    return candidate === '*' || candidate === tag
  })
}
