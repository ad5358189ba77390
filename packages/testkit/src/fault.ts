/** How an answer goes wrong. Byte counts are of the body. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** A web page with status 200, as a captive portal or a catch-all route gives. */
  | { readonly kind: 'html' }
  /** The body ends early, and its length says so: nothing but its hash is wrong. */
  | { readonly kind: 'truncate'; readonly after: number }
  /** Another bit in one byte. */
  | { readonly kind: 'alter'; readonly at: number }
  /** More bytes at the end. */
  | { readonly kind: 'grow'; readonly by: number }
  /** Silence: from the start, or after some bytes. */
  | { readonly kind: 'hang'; readonly after?: number }
  /** A piece every so many milliseconds. */
  | { readonly kind: 'slow'; readonly piece: number; readonly every: number }
  /** The connection breaks: at once, or after some bytes. */
  | { readonly kind: 'reset'; readonly after?: number }
  | { readonly kind: 'redirect'; readonly to: string }
