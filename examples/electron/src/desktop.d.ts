/** What `preload.cjs` gives the page. */
interface Desktop {
  repository(): Promise<string>
  onResume(listener: () => void): void
}

declare const desktop: Desktop
