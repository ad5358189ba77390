/** A browser or webview of its own, with one page and storage that nobody else writes. */
export interface Host {
  /** Shows the page at `address`. */
  open(address: string): Promise<void>
  /** Ends it in the harshest way that it lets one begin again from, and shows the page at `address` anew. */
  reopen(address: string): Promise<void>
  /** Runs an expression in the page; what it gives passes as JSON. */
  evaluate(expression: string): Promise<unknown>
  close(): Promise<void>
}
