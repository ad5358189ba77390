import { HomingError, type MonitorsSection } from '@homing/protocol'

/** Whole hours since the epoch, the first and the one after the last. */
export interface Hours {
  readonly from: number
  readonly to: number
}

/** Which hours are judged, and against which. */
export interface MonitorHours {
  readonly window: Hours
  /** Windows before it, oldest first: the history in which slow drift is looked for. */
  readonly history: readonly Hours[]
  /** Baselines of past hours, by name; that of the training data comes from the version. */
  readonly baselines: readonly { readonly name: 'trailing' | 'seasonal'; readonly hours: readonly Hours[] }[]
}

/** A day, against the week before, and against the same day of the four weeks before. */
const byDefault = { window: 24, trailing: 7, season: 168, seasons: 4 }

/**
 * The hours of the window that ends with `end` (not in it), of its baselines and its history. Windows of a seasonal baseline lie
 * whole seasons before: what returns every week is no drift then.
 * @throws HomingError CONFIG_INVALID for a season shorter than a window, whose baseline would hold the window itself.
 */
export function monitorHours(end: number, said: MonitorsSection['schedule'] = {}): MonitorHours {
  const { window, trailing, season, seasons } = { ...byDefault, ...said } as typeof byDefault
  if (seasons > 0 && season < window)
    throw new HomingError(
      'CONFIG_INVALID',
      `monitors: a season of ${season} hours is shorter than the window of ${window}`,
    )
  const before = (hours: number): Hours => ({ from: end - hours - window, to: end - hours })
  const history = Array.from({ length: trailing }, (_, at) => before((trailing - at) * window))
  const seasonal = Array.from({ length: seasons }, (_, at) => before((seasons - at) * season))
  return {
    window: before(0),
    history,
    baselines: [
      ...(trailing > 0 ? [{ name: 'trailing', hours: history } as const] : []),
      ...(seasons > 0 ? [{ name: 'seasonal', hours: seasonal } as const] : []),
    ],
  }
}
