/** What the page is to download. */
export interface DownloadOrder {
  readonly repository: string
  readonly root: string
  readonly model: string
}

/** What the page tells: it is there; every byte is on the device, since so many milliseconds of the epoch; or what went wrong. */
export type DownloadTold =
  | { readonly name: 'open' }
  | { readonly name: 'whole'; readonly time: number }
  | { readonly name: 'failed'; readonly problem: string }
