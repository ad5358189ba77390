import { describe, expect, it } from 'vitest'

import { parseWines } from './wine.ts'

const line = '6.3,0.3,0.34,1.6,0.049,14,132,0.994,3.3,0.49,9.5,6'
const withCell = (index: number, cell: string): string => line.split(',').with(index, cell).join(',')

describe('parseWines', () => {
  it('reads features by name, with commas or semicolons and either line end', () => {
    const { wines, repaired } = parseWines(`${line}\r\n${line.replaceAll(',', ';')}\n`, 'table')
    expect(wines).toHaveLength(2)
    expect(wines[0]).toEqual(wines[1])
    expect(wines[0]).toMatchObject({
      quality: 6,
      features: { fixed_acidity: 6.3, density: 0.994, alcohol: 9.5 },
    })
    expect(repaired).toBe(0)
  })

  it.each([
    [7, '10001', 'density', 1.0001],
    [7, '1001', 'density', 1.001],
    [7, '103898', 'density', 1.03898],
    [10, '100333333333333', 'alcohol', 10.0333333333333],
    [10, '973333333333333', 'alcohol', 9.73333333333333],
    [1, '1005', 'volatile_acidity', 1.005],
  ])('puts back a lost decimal point: cell %i, %s', (index, cell, name, value) => {
    const { wines, repaired } = parseWines(withCell(index, cell), 'table')
    expect(wines[0]!.features).toHaveProperty(name, value)
    expect(repaired).toBe(1)
  })

  it.each([
    ['an empty table', '\n', /is empty/],
    ['a missing cell', line.slice(0, -2), /Line 1 .* has 11 cells/],
    ['an empty cell', withCell(3, ''), /"" is no number/],
    ['a header line', withCell(3, 'residual sugar'), /no number/],
    ['infinity', withCell(3, 'Infinity'), /no number/],
    ['a quality off the scale', withCell(11, '11'), /quality 11/],
    ['a value that no lost point explains', withCell(8, '0.2'), /pH is 0.2/],
    ['a cut last line', `${line}\n6.3,0.3`, /Line 2 .* has 2 cells/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseWines(text, 'table')).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringMatching(message) }),
    )
  })
})
