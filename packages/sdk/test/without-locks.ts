/** A browser without Web Locks, as webviews and insecure contexts are. */
Object.defineProperty(navigator, 'locks', { value: undefined })
