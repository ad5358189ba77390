import { createClient } from '@homing/sdk'
import { root } from '@homing/sdk/root'

import { digit, inTime, side, type Visit } from './visit.ts'

async function measure(): Promise<Visit> {
  const homing = createClient({
    repository: new URL('/repository/', location.href),
    root,
    app: 'bench',
    pollInterval: 0,
  })
  const model = await homing.model('digits', { backends: ['wasm'] })
  const prediction = await model.predict({ image: picture() })
  const firstPrediction = performance.now()
  const { version = '', backend = '', threads = 0 } = model.status
  const scores = Array.from(Object.values(prediction.outputs)[0]!.data, Number)
  return { firstPrediction, scores, version, backend, threads }
}

function picture(): ImageData {
  const image = new ImageData(side, side)
  digit().forEach((value, i) => {
    image.data.set([255 - value, 255 - value, 255 - value, 255], i * 4) // dark ink on white, as people draw
  })
  return image
}

globalThis.visit = inTime(measure())
