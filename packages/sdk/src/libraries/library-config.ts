/** How a page configures the libraries of a worker when it starts it. */
export interface LibraryConfig {
  /**
   * Absolute URL of the folder that holds the engine's files: `ort-wasm-simd-threaded*.{mjs,wasm}`,
   * `tfjs-backend-wasm*.wasm`. Without it onnxruntime-web uses the bundler's own URLs, and tfjs has no `wasm`.
   */
  readonly assetBase?: string
  /** Threads for wasm; without it the number of cores, at most 8, where the page is cross-origin isolated. */
  readonly threads?: number
}
