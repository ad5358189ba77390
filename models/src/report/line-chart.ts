/** One line of a panel. */
export interface Series {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

/** A plot with its own vertical axis. */
export interface Panel {
  readonly title: string
  readonly series: readonly Series[]
  readonly format: (value: number) => string
}

/** A figure of panels side by side over the same horizontal axis. */
export interface Chart {
  readonly title: string
  readonly xLabel: string
  readonly panels: readonly Panel[]
}

/** Lengths in pixels. */
const layout = { width: 380, height: 240, left: 56, right: 16, top: 56, bottom: 44 } as const

/** Marks along an axis, about. */
const marks = 5

/** Colours that hold a contrast of 3:1 or more against both grounds. */
const style = `
  .ground { fill: #ffffff } .ink { fill: #1f2328 } .soft { fill: #59636e } .grid { stroke: #d1d9e0 }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
  .l0 { stroke: #0969da } .l1 { stroke: #bc4c00 } .f0 { fill: #0969da } .f1 { fill: #bc4c00 }
  text { font: 12px system-ui, sans-serif } .title { font-size: 15px; font-weight: 600 } .panel { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .ink { fill: #f0f6fc } .soft { fill: #9198a1 } .grid { stroke: #30363d }
    .l0 { stroke: #58a6ff } .l1 { stroke: #f0883e } .f0 { fill: #58a6ff } .f1 { fill: #f0883e }
  }`

/** The chart as an SVG document that suits light and dark pages. */
export function lineChart({ title, xLabel, panels }: Chart): string {
  const width = layout.width * panels.length
  const label = `${title}: ${panels.map((panel) => panel.title).join('; ')}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${layout.height}" role="img" aria-label="${escape(label)}">`,
    `<style>${style}\n</style>`,
    `<rect class="ground" width="${width}" height="${layout.height}" rx="8"/>`,
    `<text class="ink title" x="${layout.left}" y="24">${escape(title)}</text>`,
    ...panels.map((panel, index) => drawPanel(panel, index * layout.width, xLabel)),
    '</svg>\n',
  ].join('\n')
}

function drawPanel({ title, series, format }: Panel, offset: number, xLabel: string): string {
  const points = series.flatMap((line) => line.points)
  const xs = ticks(points.map(({ x }) => x))
  const ys = ticks(points.map(({ y }) => y))
  const [left, right] = [offset + layout.left, offset + layout.width - layout.right]
  const [top, bottom] = [layout.top, layout.height - layout.bottom]
  const across = (x: number): string => at(left, right, (x - xs.from) / (xs.to - xs.from))
  const up = (y: number): string => at(bottom, top, (y - ys.from) / (ys.to - ys.from))
  const legend = series.length > 1 ? series : []
  return [
    `<text class="ink panel" x="${left}" y="${top - 12}">${escape(title)}</text>`,
    ...ys.values.map(
      (y) =>
        `<line class="grid" x1="${left}" x2="${right}" y1="${up(y)}" y2="${up(y)}"/>` +
        `<text class="soft" x="${left - 8}" y="${up(y)}" dy="4" text-anchor="end">${escape(format(y))}</text>`,
    ),
    ...xs.values.map(
      (x) => `<text class="soft" x="${across(x)}" y="${bottom + 18}" text-anchor="middle">${x}</text>`,
    ),
    `<text class="soft" x="${(left + right) / 2}" y="${bottom + 36}" text-anchor="middle">${escape(xLabel)}</text>`,
    ...series.map(
      (line, index) =>
        `<polyline class="line l${index}" points="${line.points.map(({ x, y }) => `${across(x)},${up(y)}`).join(' ')}"/>`,
    ),
    ...legend.map(
      ({ name }, index) =>
        `<text class="f${index}" x="${right}" y="${top - 12 - 16 * (legend.length - 1 - index)}" text-anchor="end">${escape(name)}</text>`,
    ),
  ].join('\n')
}

/** Round numbers that cover `values`. */
function ticks(values: readonly number[]): { from: number; to: number; values: number[] } {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const raw = (high - low || Math.abs(high) || 1) / marks
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= raw)!
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)]
  const count = Math.max(1, last - first) + 1
  const places = Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)))
  return { from: places[0]!, to: places.at(-1)!, values: places }
}

const at = (from: number, to: number, share: number): string => (from + (to - from) * share).toFixed(1)

const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
