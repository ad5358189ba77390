import { seededRandom } from '@homing/sdk/node'
import { type Finding, runMonitors } from '@homing/stats'

import { deviceGroup, rollupOfDevices, type Truth } from './wine-groups.ts'
import type { Cellar, TastedWine } from './wines.ts'

const devices = 50
const predictionsOfDevice = 10

/** How devices ask: each about ten wines of its own, or ten times about one. */
export type Habit = 'independent' | 'alike'

/**
 * What the monitors say of a week in which nothing changed: the wines are parted at random, without replacement, into the
 * baseline and those that 50 devices ask about ten times each.
 */
export function quietWeek(wines: readonly TastedWine[], seed: number, habit: Habit): readonly Finding[] {
  const shuffled = shuffle(wines, seed)
  const asked = habit === 'alike' ? devices : devices * predictionsOfDevice
  return monitored(shuffled.slice(asked), shareOut(shuffled.slice(0, asked), habit))
}

/** What the monitors say of the first `predictions` once red comes where white did. No label has come yet. */
export function redWeek({ white, red }: Cellar, seed: number, predictions = 500): readonly Finding[] {
  const served = shuffle(red, seed).slice(0, predictions)
  const each = Array.from({ length: devices }, (_, device) =>
    served.filter((__, at) => at % devices === device),
  )
  return monitored(white, each, null)
}

/** What the monitors say of white wines whose labels are turned around: good ones are called bad, and bad ones good. */
export function flippedWeek(wines: readonly TastedWine[], seed: number, habit: Habit): readonly Finding[] {
  const shuffled = shuffle(wines, seed)
  const asked = habit === 'alike' ? devices : devices * predictionsOfDevice
  return monitored(shuffled.slice(asked), shareOut(shuffled.slice(0, asked), habit), flipped)
}

/** Turned around the middle of the scores that are given. */
const flipped: Truth = ({ quality }) => 12 - quality

function monitored(
  baseline: readonly TastedWine[],
  served: readonly (readonly TastedWine[])[],
  truth?: Truth | null,
): readonly Finding[] {
  const figures = rollupOfDevices(served, truth)
  return runMonitors({}, [{ name: 'training', figures: deviceGroup(baseline) }], { figures })
}

function shareOut(wines: readonly TastedWine[], habit: Habit): (readonly TastedWine[])[] {
  return Array.from({ length: devices }, (_, device) =>
    habit === 'alike'
      ? new Array<TastedWine>(predictionsOfDevice).fill(wines[device]!)
      : wines.slice(device * predictionsOfDevice, (device + 1) * predictionsOfDevice),
  )
}

function shuffle(wines: readonly TastedWine[], seed: number): TastedWine[] {
  const random = seededRandom(seed)
  const shuffled = [...wines]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
  }
  return shuffled
}

/** Alarms alone. */
export function alarmsOf(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ state }) => state === 'alarm')
}

/** In how many of `weeks` weeks without a change there was any alarm, and which monitors raised one how often. */
export function falseAlarms(
  wines: readonly TastedWine[],
  habit: Habit,
  weeks: number,
): { readonly weeks: number; readonly by: Readonly<Record<string, number>> } {
  let alarmed = 0
  const by: Record<string, number> = {}
  for (let seed = 0; seed < weeks; seed++) {
    const alarms = alarmsOf(quietWeek(wines, seed, habit))
    if (alarms.length > 0) alarmed++
    for (const { monitor } of alarms) by[monitor] = (by[monitor] ?? 0) + 1
  }
  return { weeks: alarmed, by }
}
