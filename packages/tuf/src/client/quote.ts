/** A role or path segment as a part of a URL or a file name: everything but letters, digits and `-._~` is escaped. */
export function quote(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
