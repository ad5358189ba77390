/**
 * The repository that this page reads: `?repository=` when the address names one, else `/repository/` of its own
 * origin.
 * @throws TypeError when the address names something that is not a URL.
 */
export function repositoryUrl(address: string): URL {
  const asked = new URL(address).searchParams.get('repository')
  return new URL(asked ?? '/repository/', address)
}
