import fc from 'fast-check'
import { expect, it } from 'vitest'

import { code } from '../../../test/fixture.ts'
import { parseCsv } from './csv.ts'

it('reads what a writer of RFC 4180 writes, whatever cells hold', () => {
  const cell = fc.string({ maxLength: 8 }).map((text) => `t${text}`)
  const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
    fc.record({
      header: fc.array(cell, { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
      separator: fc.constantFrom(',', ';', '\t'),
      end: fc.constantFrom('\n', '\r\n'),
    }),
  )
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  fc.assert(
    fc.property(table, ({ rows, separator, end }) => {
      // A plain header: its separators are counted to find the one that parts cells.
      const header = rows[0]!.map((_, at) => `column ${at}`)
      const lines = [header.join(separator), ...rows.map((row) => row.map(quoted).join(separator))]
      expect(parseCsv(lines.join(end) + end, 'it')).toEqual({ header, rows })
      expect(parseCsv(lines.join(end), 'it')).toEqual({ header, rows })
    }),
  )
})

it('takes a first line with a number for data, and trims plain cells', () => {
  expect(parseCsv('1, 2\n3,', 'it')).toEqual({
    rows: [
      ['1', '2'],
      ['3', ''],
    ],
  })
  expect(parseCsv('\uFEFFa;b\n\n1;"x\ny"\n', 'it')).toEqual({ header: ['a', 'b'], rows: [['1', 'x\ny']] })
})

it.each([
  ['nothing', ''],
  ['blank lines', '\n\n'],
  ['a header alone', 'a,b\n'],
  ['rows of different lengths', 'a,b\n1,2\n3\n'],
  ['an open quote', 'a,b\n1,"2\n'],
  ['text behind a quote', 'a,b\n"1"x,2\n'],
])('refuses %s', (_, text) => {
  expect(() => parseCsv(text, 'it')).toThrow(code('DATA_INVALID'))
})
