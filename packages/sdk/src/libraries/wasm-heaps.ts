interface WasmScope {
  WebAssembly: {
    Memory: typeof WebAssembly.Memory
    instantiate: (
      ...args: never[]
    ) => Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>
    instantiateStreaming?: (...args: never[]) => Promise<WebAssembly.WebAssemblyInstantiatedSource>
  }
}

/**
 * Measures the WebAssembly heaps of this worker from now on: bytes. They never shrink; only the worker's end gives them
 * back, and no library says how large its own is. Call it before any of them starts.
 */
export function wasmHeaps(scope = globalThis as unknown as WasmScope): () => number {
  const memories = new Set<WebAssembly.Memory>()
  const { WebAssembly: wasm } = scope
  const { Memory, instantiate, instantiateStreaming } = wasm

  wasm.Memory = new Proxy(Memory, {
    construct(target, args, self) {
      const memory = Reflect.construct(target, args, self) as WebAssembly.Memory
      memories.add(memory)
      return memory
    },
  })
  /** Some modules bring a memory of their own. */
  const noteExports = (made: WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource): void => {
    const { exports } = 'instance' in made ? made.instance : made
    for (const value of Object.values(exports)) if (value instanceof Memory) memories.add(value)
  }
  wasm.instantiate = async (...args) => {
    const made = await instantiate(...args)
    noteExports(made)
    return made
  }
  if (instantiateStreaming)
    wasm.instantiateStreaming = async (...args) => {
      const made = await instantiateStreaming(...args)
      noteExports(made)
      return made
    }
  return () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
}
