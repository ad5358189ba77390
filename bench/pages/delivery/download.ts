import { createClient, HomingError } from '@homing/sdk'

import type { DownloadOrder, DownloadTold } from './download-order.ts'

// No DevTools drive this page: they would keep the bodies of answers in its process. It asks its server what to do.
const server = new URLSearchParams(location.search).get('server')!
const tell = (told: DownloadTold): Promise<Response> =>
  fetch(`${server}tell`, { method: 'POST', body: JSON.stringify(told) })

async function download(): Promise<void> {
  await tell({ name: 'open' })
  const answer = await fetch(`${server}order`)
  const { repository, root, model } = (await answer.json()) as DownloadOrder
  const homing = createClient({ repository, root, app: 'bench', pollInterval: 0 })
  let whole = false
  await homing.model(model, {
    backends: ['wasm'],
    onProgress({ loaded, total }) {
      if (loaded < total || whole) return
      whole = true
      void tell({ name: 'whole', time: Date.now() })
    },
  })
}

download().catch((error: unknown) => tell({ name: 'failed', problem: HomingError.from(error).message }))
