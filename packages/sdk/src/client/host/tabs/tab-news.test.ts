import { expect, it } from 'vitest'

import { readTabNews, type TabNews } from './tab-news.ts'

const progress = { version: '1.0.0', loaded: 1, total: 2, cached: 0 }
const news: readonly TabNews[] = [
  { type: 'downloading', model: 'digits', tab: 'a tab', progress },
  { type: 'downloading', model: 'digits', tab: 'a tab', progress: { ...progress, paused: true } },
  { type: 'activated', model: 'digits', version: '1.0.0' },
  { type: 'pinned', model: 'digits', version: '1.0.0' },
  { type: 'pinned', model: 'digits', version: null },
  { type: 'urged', model: 'digits' },
  { type: 'forgotten', model: 'digits' },
  { type: 'forgotten', model: undefined },
]

it.each(news)('hears %o', (told) => {
  expect(readTabNews(structuredClone(told))).toEqual(told)
})

it.each([
  undefined,
  null,
  'forgotten',
  {},
  { type: 'closed', model: 'digits' },
  { type: 'urged' },
  { type: 'urged', model: '../digits' },
  { type: 'forgotten', model: 7 },
  { type: 'activated', model: 'digits', version: 'newest' },
  { type: 'downloading', model: 'digits', tab: 'a tab' },
  { type: 'downloading', model: 'digits', tab: 'a tab', progress: { ...progress, loaded: NaN } },
])('hears nothing in %o', (told) => {
  expect(readTabNews(told)).toBeUndefined()
})
