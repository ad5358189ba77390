/**
 * Whether a target's path matches a shell-style pattern (specification 4.5): `*` stands for any run of characters and
 * `?` for one, neither for `/`; `[abc]` and `[!a-c]` stand for one of a set.
 */
export function matchesPattern(path: string, pattern: string): boolean {
  const [paths, patterns] = [path.split('/'), pattern.split('/')]
  return paths.length === patterns.length && paths.every((part, at) => expressionOf(patterns[at]!).test(part))
}

function expressionOf(pattern: string): RegExp {
  const source = pattern.replace(/\[(!?)(\]?[^\]]*)\]|[\s\S]/gu, (token, negated?: string, set?: string) => {
    if (set !== undefined && set !== '') return `[${negated ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`
    if (token === '*') return '.*'
    if (token === '?') return '.'
    return token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  })
  try {
    return new RegExp(`^${source}$`, 'su')
  } catch {
    return /(?!)/ // such as [z-a], which no character is in
  }
}
