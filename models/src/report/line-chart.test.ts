import { describe, expect, it } from 'vitest'

import { lineChart } from './line-chart.ts'

const line = (name: string, ys: number[]) => ({ name, points: ys.map((y, x) => ({ x, y })) })

describe('lineChart', () => {
  const chart = lineChart({
    title: 'Loss & more',
    xLabel: 'epoch',
    panels: [
      {
        title: 'loss',
        series: [line('training', [2, 0.5, 0.1]), line('test', [1.5, 0.4, 0.2])],
        format: String,
      },
      { title: 'flat', series: [line('one', [3, 3, 3])], format: String },
    ],
  })

  it('draws every line inside its panel', () => {
    const points = [...chart.matchAll(/points="([^"]*)"/g)].map(([, list]) =>
      list!.split(' ').map((pair) => pair.split(',').map(Number)),
    )
    expect(points.map((list) => list.length)).toEqual([3, 3, 3])
    for (const [x, y] of points.flat()) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThanOrEqual(760)
      expect(y).toBeGreaterThanOrEqual(40)
      expect(y).toBeLessThanOrEqual(200)
    }
  })

  it('is marked for screen readers, escaped, and dressed for light and dark', () => {
    expect(chart).toContain('role="img" aria-label="Loss &#38; more: loss; flat"')
    expect(chart).toContain('prefers-color-scheme: dark')
    expect(chart).not.toContain('NaN')
    expect(chart).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
  })

  it('names lines where there are several, each mark once', () => {
    expect(chart).toContain('>training</text>')
    expect(chart).not.toContain('>one</text>')
    expect(chart.match(/>epoch</g)).toHaveLength(2)
  })
})
