/** What the build puts into the page. */
interface ImportMeta {
  readonly env: {
    /** The publishable key with which the demo sends telemetry. */
    readonly VITE_HOMING_APP_KEY?: string
  }
}
