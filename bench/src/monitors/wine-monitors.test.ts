import { fileURLToPath } from 'node:url'

import { ksTest } from '@homing/stats'
import { beforeEach, describe, expect, test } from 'vitest'

import { wineFeatures } from '../../../models/src/data/wine-features.ts'
import { dataFolder, needsData } from '../../../models/src/testing/data-folder.ts'
import { alarmsOf, falseAlarms, flippedWeek, redWeek } from './simulated-weeks.ts'
import { verdictOf } from './verdict-of.ts'
import { type Cellar, openCellar } from './wines.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The 10,000 weeks of each habit are the suite `monitors`; these fixed ones are a sample of them. */
const weeks = 15

let opened: Promise<Cellar> | undefined

describe('the monitors of wine, whose model was trained on white', () => {
  let cellar: Cellar
  beforeEach(async (context) => {
    needsData(context)
    cellar = await (opened ??= openCellar(root, dataFolder))
  })

  test.each(['independent', 'alike'] as const)('are quiet while white is served, %s predictions', (habit) => {
    expect(falseAlarms(cellar.white, habit, weeks)).toEqual({ weeks: 0, by: {} })
  })

  test('call red a covariate drift within 500 predictions, and name the features that differ most', () => {
    const distances = wineFeatures.map(({ name }) => {
      const values = (wines: Cellar['red']): number[] => wines.map(({ features }) => features[name])
      return { name, distance: ksTest(values(cellar.white), values(cellar.red)).distance }
    })
    const differing = distances.filter(({ distance }) => distance >= 0.05).map(({ name }) => name)
    const most = distances.sort((a, b) => b.distance - a.distance).slice(0, 3)
    for (const seed of [1, 2, 3]) {
      const findings = redWeek(cellar, seed)
      expect(verdictOf(findings)).toBe('covariate')
      const ranked = findings
        .find(({ monitor }) => monitor === 'drift kind')!
        .ranked.map(({ value }) => value)
      expect(ranked.slice(0, 3)).toEqual(most.map(({ name }) => name))
      expect(differing).toEqual(expect.arrayContaining(ranked))
    }
  })

  test.each(['independent', 'alike'] as const)(
    'call flipped labels a concept drift, %s predictions',
    (habit) => {
      for (const seed of [1, 2, 3]) {
        const findings = flippedWeek(cellar.white, seed, habit)
        expect(verdictOf(findings)).toBe('concept')
        expect(alarmsOf(findings).map(({ monitor }) => monitor)).not.toContain('feature drift')
      }
    },
  )
})
