import { ScoresSchema } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { parsed } from '../testing/parsed.ts'
import { addScore, emptyScores, mergeScores, type Scores, scoresFromWire, scoresToWire } from './scores.ts'

const labels = ['a', 'b']
const answers = fc.array(
  fc.tuple(fc.constantFrom(...labels), fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()),
  { maxLength: 40 },
)

function scoresOf(list: readonly (readonly [string, number, boolean])[]): Scores {
  const scores = emptyScores(labels)
  for (const [label, score, isTrue] of list) addScore(scores, label, score, isTrue)
  return scores
}

test('scores lie in bins of equal width, apart by whether the class was the true one', () => {
  const { classes, logLoss } = scoresOf([
    ['a', 0, true],
    ['a', 1, true],
    ['b', 0.5, false],
  ])
  expect(classes.get('a')!.positive[0]).toBe(1)
  expect(classes.get('a')!.positive[63]).toBe(1)
  expect(classes.get('b')!.negative[32]).toBe(1)
  expect(logLoss.count).toBe(2)
  expect(logLoss.sum).toBeCloseTo(-Math.log(1e-15), 9)
})

test('a sure and wrong answer, NaN and unknown labels break nothing', () => {
  const scores = scoresOf([
    ['a', 0, true],
    ['a', NaN, true],
    ['zebra', 0.3, false],
    ['a', 7, false],
    ['a', -Infinity, false],
  ])
  expect(scores.logLoss.sum).toBeLessThan(35)
  parsed(ScoresSchema, scoresToWire(scores))
})

test('parts merge to the whole, in any order and grouping, and travel', () => {
  fc.assert(
    fc.property(answers, answers, answers, (a, b, c) => {
      const [x, y, z] = [scoresOf(a), scoresOf(b), scoresOf(c)]
      const whole = scoresOf([...a, ...b, ...c])
      for (const merged of [
        mergeScores(mergeScores(x, y), z),
        mergeScores(z, mergeScores(y, x)),
        scoresFromWire(parsed(ScoresSchema, scoresToWire(whole))),
      ]) {
        expect(merged.classes).toEqual(whole.classes)
        expect(merged.logLoss.count).toBe(whole.logLoss.count)
        expect(merged.logLoss.sum).toBeCloseTo(whole.logLoss.sum, 8)
      }
    }),
    { numRuns: 30 },
  )
})

test('classes that one of both lacks are kept', () => {
  const [one, other] = [emptyScores(['a']), emptyScores(['b'])]
  addScore(one, 'a', 0.2, true)
  addScore(other, 'b', 0.4, true)
  expect([...mergeScores(one, other).classes.keys()]).toEqual(['a', 'b'])
})
