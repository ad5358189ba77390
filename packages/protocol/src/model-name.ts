/** What a model's name looks like: lower-case letters, digits and inner hyphens, at most 64. */
export const modelNamePattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/

/** Whether `name` can be the name of a model. Without a schema, so that a page which asks carries none. */
export function isModelName(name: unknown): name is string {
  return typeof name === 'string' && modelNamePattern.test(name)
}
