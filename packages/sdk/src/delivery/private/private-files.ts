/** Folders of a repository whose files may be private; everything else is read by everyone. */
const privateFolders = ['models/', 'federated/', 'blobs/']

/** The place in the repository at `base` (absolute, with a slash at its end) of a file that may be private. */
export function privatePlace(base: string, url: string): string | undefined {
  if (!url.startsWith(base)) return undefined
  const place = url.slice(base.length)
  return privateFolders.some((folder) => place.startsWith(folder)) ? place : undefined
}
