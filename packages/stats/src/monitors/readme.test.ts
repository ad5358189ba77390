import { expect, test } from 'vitest'

import readme from '../../README.md?raw'
import { runMonitors } from '../index.ts'
import { numericFeature } from '../testing/summaries.ts'
import source from './readme.test.ts?raw'

test('the example of the README runs', () => {
  const sugar = (least: number) => ({
    features: { raw: { sugar: numericFeature(Array.from({ length: 300 }, (_, at) => least + at / 60)) } },
  })
  const [training, thisWeek] = [sugar(5), sugar(10)]
  // example
  const [alarm] = runMonitors({ alpha: 0.01 }, [{ name: 'training', figures: training }], {
    figures: thisWeek,
    parts: [{ by: 'backend', value: 'wasm', figures: thisWeek }],
  }).filter(({ state }) => state === 'alarm')
  // end
  expect(alarm).toMatchObject({ monitor: 'feature drift', subject: 'sugar', ranked: [{ value: 'wasm' }] })
  const [told] = /The distribution .* before\. Check/.exec(readme)!
  expect(alarm!.reading).toContain(told)

  const example = /\/\/ example\n(.*?) {2}\/\/ end/s.exec(source)![1]!.replace(/^ {2}/gm, '')
  expect(readme).toContain(example.trim())
})
