import { createClient } from '@homing/sdk'
import { root } from '@homing/sdk/root'

declare global {
  /** Looks for a new version, once the model serves. */
  var look: Promise<() => Promise<void>> | undefined
}

async function serve(): Promise<() => Promise<void>> {
  const repository = new URLSearchParams(location.search).get('repository')!
  const homing = createClient({ repository, root, app: 'bench', pollInterval: 0 })
  await homing.model('digits', { backends: ['wasm'] })
  return () => homing.check()
}

globalThis.look = serve()
