import { expect, test } from 'vitest'

import readme from '../README.md?raw'
import { addMoment, emptyMoments, mergeMoments, varianceOf } from './index.ts'
import source from './readme.test.ts?raw'

test('the example of the README runs', () => {
  // example
  const monday = emptyMoments()
  for (const value of [1, 2, 3]) addMoment(monday, value)
  const tuesday = emptyMoments()
  for (const value of [4, 5]) addMoment(tuesday, value)
  const both = mergeMoments(monday, tuesday)
  // both.mean is 3, varianceOf(both) is 2.5
  // end
  expect(both.mean).toBe(3)
  expect(varianceOf(both)).toBeCloseTo(2.5, 12)

  const example = /\/\/ example\n(.*?) {2}\/\/ end/s.exec(source)![1]!.replace(/^ {2}/gm, '')
  expect(readme).toContain(example.trim())
})
