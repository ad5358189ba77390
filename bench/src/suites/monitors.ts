import { existsSync } from 'node:fs'

import { dataFolder } from '../../../models/src/testing/data-folder.ts'
import { type Row, type SuiteContext, unmeasured } from '../harness/row.ts'
import { summarise } from '../harness/statistics.ts'
import { falseAlarms, flippedWeek, type Habit, redWeek } from '../monitors/simulated-weeks.ts'
import { verdictOf } from '../monitors/verdict-of.ts'
import { type Cellar, openCellar } from '../monitors/wines.ts'

/** Weeks without a change, and with one. */
const quietWeeks = 10_000
const changedWeeks = 500

/** After how many predictions the monitors look at red. */
const looks = [100, 150, 200, 250, 300, 400, 500]

const quiet = (habit: Habit) =>
  ({ id: `false-alarms-${habit}`, unit: 'share of weeks', target: '<= 0.01' }) as const
const red = { id: 'red-after', unit: 'predictions, median', target: '<= 500' } as const
const redMissed = { id: 'red-missed', unit: 'share of weeks', target: '<= 0.01' } as const
const flip = { id: 'flip-missed', unit: 'share of weeks', target: '<= 0.01' } as const

/** How often the monitors are wrong about wine: alarms in quiet weeks, and changes that are missed or misnamed. */
export async function monitors({ root, say }: SuiteContext): Promise<Row[]> {
  if (!existsSync(dataFolder)) {
    const why = 'the data sets are missing; HOMING_DATA says where they are'
    return [quiet('independent'), quiet('alike'), red, redMissed, flip].map((row) => unmeasured(row, why))
  }
  const cellar = await openCellar(root, dataFolder)
  const rows: Row[] = []
  for (const habit of ['independent', 'alike'] as const) {
    say(`${quietWeeks} quiet weeks of ${habit} predictions`)
    const { weeks, by } = falseAlarms(cellar.white, habit, quietWeeks)
    const raised = Object.entries(by).map(([monitor, count]) => `${monitor} ${count}`)
    const note = `50 devices, 10 predictions each, white against white; alarms: ${raised.join(', ') || 'none'}`
    rows.push({ ...quiet(habit), ours: weeks / quietWeeks, peers: {}, samples: quietWeeks, note })
  }
  say('weeks of red, and of flipped labels')
  return [...rows, ...redRows(cellar), flipRow(cellar)]
}

function redRows(cellar: Cellar): Row[] {
  const needed = Array.from({ length: changedWeeks }, (_, seed) =>
    looks.find((predictions) => verdictOf(redWeek(cellar, seed, predictions)) === 'covariate'),
  )
  const found = needed.filter((predictions) => predictions !== undefined)
  const note = `red instead of white, no labels; looked at after ${looks.join(', ')} predictions`
  const common = { peers: {}, samples: changedWeeks, note }
  return [
    { ...red, ours: summarise(found).median, ...common },
    { ...redMissed, ours: 1 - found.length / changedWeeks, ...common },
  ]
}

function flipRow({ white }: Cellar): Row {
  const verdicts = (['independent', 'alike'] as const).flatMap((habit) =>
    Array.from({ length: changedWeeks }, (_, seed) => verdictOf(flippedWeek(white, seed, habit))),
  )
  const missed = verdicts.filter((kind) => kind !== 'concept').length / verdicts.length
  const note =
    'white wines, labels turned around, both habits; a week counts as missed unless it is called concept drift'
  return { ...flip, ours: missed, peers: {}, samples: verdicts.length, note }
}
