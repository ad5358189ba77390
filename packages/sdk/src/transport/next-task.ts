/**
 * Resolves in a task of its own, so that messages which came in meanwhile are heard first. A timer would wait, at
 * least four milliseconds from the fifth on.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
