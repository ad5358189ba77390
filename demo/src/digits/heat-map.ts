import type { AttributionMap } from '@homing/sdk'

import { padSize } from '../config.ts'
import { element } from '../dom/element.ts'

/** Colours for what speaks for and against, told apart with any kind of colour vision (Okabe, Ito). */
const heatColours = { for: [213, 94, 0], against: [0, 114, 178] } as const

/** Share of the pixels with heat that are shown in full colour: a few extremes must not pale the rest. */
const fullColour = 0.02

/** A layer over the sheet that shows where the ink speaks for the answer, and where against it. */
export interface HeatMap {
  readonly node: HTMLCanvasElement
  /** undefined: nothing. */
  show(map: AttributionMap | undefined, description?: string): void
}

/** An empty layer, as large as the sheet. */
export function createHeatMap(): HeatMap {
  const node = element('canvas', {
    class: 'heat',
    width: padSize,
    height: padSize,
    role: 'img',
    hidden: true,
    'data-testid': 'heat',
  })
  const context = node.getContext('2d')
  return {
    node,
    show(map, description = '') {
      node.hidden = map === undefined
      node.setAttribute('aria-label', description)
      context?.clearRect(0, 0, node.width, node.height)
      if (!map || !context) return
      const { left, top, width, height } = map.area ?? {
        left: 0,
        top: 0,
        width: node.width,
        height: node.height,
      }
      context.imageSmoothingQuality = 'high'
      context.drawImage(picture(map), left, top, width, height)
    },
  }
}

/** The map as a picture of its own size: the colour tells the sign, the opacity how much. */
function picture({ width, height, data }: AttributionMap): HTMLCanvasElement {
  const canvas = element('canvas', { width, height })
  const image = new ImageData(width, height)
  const sizes = Array.from(data, Math.abs).filter((size) => size > 0)
  sizes.sort((a, b) => b - a)
  const most = sizes[Math.floor(sizes.length * fullColour)] ?? 1
  data.forEach((value, at) => {
    const opacity = 255 * Math.min(1, Math.abs(value) / most)
    image.data.set([...heatColours[value > 0 ? 'for' : 'against'], opacity], at * 4)
  })
  canvas.getContext('2d')?.putImageData(image, 0, 0)
  return canvas
}
