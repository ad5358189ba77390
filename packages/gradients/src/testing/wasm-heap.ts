/** What of WebAssembly is watched; the types of a browser or of Node have it, those of this package do not. */
interface WebAssemblyHost {
  WebAssembly: { Memory: new (descriptor: object) => { readonly buffer: ArrayBufferLike } }
}

/**
 * Starts to count the bytes of WebAssembly memory that are made from now on, so before onnxruntime-web is imported. They
 * only grow, so what the function gives is the most that was in use.
 */
export function watchWasmHeap(): () => number {
  const { WebAssembly: api } = globalThis as unknown as WebAssemblyHost
  const memories: { readonly buffer: ArrayBufferLike }[] = []
  api.Memory = new Proxy(api.Memory, {
    construct(target, [descriptor]: [object]) {
      const memory = new target(descriptor)
      memories.push(memory)
      return memory
    },
  })
  return () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
}
