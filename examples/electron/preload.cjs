// All that the page knows of Electron. It runs in the sandbox, in a world of its own: the page gets these functions, never
// `ipcRenderer`, and events only as calls without arguments.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- a sandboxed preload script is CommonJS
const { contextBridge, ipcRenderer } = require('electron')

contextBridge.exposeInMainWorld('desktop', {
  /** Where the models are. */
  repository: () => ipcRenderer.invoke('repository'),
  /** Calls `listener` whenever the computer wakes up. */
  onResume: (/** @type {() => void} */ listener) => void ipcRenderer.on('resume', () => listener()),
})
