import { expect, test } from 'vitest'

import { checkEvent } from './check-event.ts'

test('an event with or without finite numbers passes', () => {
  expect(() => {
    checkEvent('visit', {})
    checkEvent('visit', { pages: 3, seconds: -0.5 })
  }).not.toThrow()
})

test.each([
  [undefined, {}, 'INPUT_NAME'],
  ['', {}, 'INPUT_NAME'],
  ['visit', null, 'INPUT_VALUE'],
  ['visit', { pages: NaN }, 'INPUT_VALUE'],
  ['visit', { pages: '3' }, 'INPUT_VALUE'],
  ['visit', { pages: 3, page: { url: 'https://example.com' } }, 'INPUT_VALUE'],
])('record(%j, %j) is refused with %s', (event, fields, code) => {
  expect(() => {
    checkEvent(event, fields)
  }).toThrow(expect.objectContaining({ code }) as Error)
})
