/** What the page is to download. */
export interface DownloadOrder {
  readonly repository: string
  readonly root: string
  readonly model: string
}

/** What the page tells: it is there, every byte is on the device, or what went wrong. */
export type DownloadTold =
  | { readonly name: 'open' }
  | { readonly name: 'whole' }
  | { readonly name: 'failed'; readonly problem: string }
