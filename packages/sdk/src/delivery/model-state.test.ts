import type { HomingErrorData } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type Lifecycle, type LifecycleEvent, type Step, transition, unopened } from './model-state.ts'

const error: HomingErrorData = {
  name: 'HomingError',
  code: 'NETWORK_FAILED',
  message: 'offline',
  details: {},
}
const run = (events: readonly LifecycleEvent[], from: Lifecycle = unopened) => events.reduce(transition, from)
const install = (version: string): LifecycleEvent[] => [
  { type: 'check' },
  { type: 'download', version, loaded: 0, total: 10 },
  { type: 'download', version, loaded: 10, total: 10 },
  { type: 'staged', version },
  { type: 'probe', version },
  { type: 'activated', version },
]
const serving = (version: string, update: Step = { name: 'empty' }): Lifecycle => ({
  name: 'active',
  version,
  update,
})

describe('lifecycle of a model', () => {
  it('goes from nothing to a serving version', () => {
    const names: string[] = []
    install('1.0.0').reduce((state, event) => {
      const after = transition(state, event)
      names.push(after.name === 'opening' ? after.step.name : after.name)
      return after
    }, unopened)
    expect(names).toEqual(['checking', 'downloading', 'downloading', 'staged', 'probing', 'active'])
  })

  it('serves a stored version without a look or a download', () => {
    const events: LifecycleEvent[] = [
      { type: 'staged', version: '1.0.0' },
      { type: 'probe', version: '1.0.0' },
      { type: 'activated', version: '1.0.0' },
    ]
    expect(run(events)).toEqual(serving('1.0.0'))
  })

  it('takes the steps of an update beside the serving version, then switches', () => {
    let state = run(install('1.0.0'))
    for (const event of install('1.1.0').slice(0, -1)) {
      state = transition(state, event)
      expect(state).toMatchObject({ name: 'active', version: '1.0.0' })
    }
    expect(state).toMatchObject({ update: { name: 'probing', version: '1.1.0' } })
    expect(transition(state, { type: 'activated', version: '1.1.0' })).toEqual(serving('1.1.0'))
  })

  it.each([1, 2, 3, 4, 5])(
    'keeps the serving version when an update fails after %i steps, and says why',
    (steps) => {
      const state = run([...install('1.0.0'), ...install('1.1.0').slice(0, steps), { type: 'failed', error }])
      expect(state).toEqual(serving('1.0.0', { name: 'failed', error }))
      expect(run(install('1.1.0'), state)).toEqual(serving('1.1.0'))
    },
  )

  it('pauses a download, and goes on with it or replaces it by bytes from elsewhere', () => {
    const pause: LifecycleEvent = { type: 'pause', version: '1.0.0', loaded: 4, total: 10 }
    const paused = run([...install('1.0.0').slice(0, 2), pause])
    expect(paused).toEqual({
      name: 'opening',
      step: { name: 'paused', version: '1.0.0', loaded: 4, total: 10 },
    })
    const goesOn: LifecycleEvent = { type: 'download', version: '1.0.0', loaded: 4, total: 10 }
    expect(run([goesOn], paused)).toMatchObject({ step: { name: 'downloading', loaded: 4 } })
    expect(
      run(
        [
          { ...goesOn, version: '1.1.0' },
          { ...goesOn, loaded: 3 },
        ],
        paused,
      ),
    ).toBe(paused)
    expect(run(install('1.0.0').slice(3), paused)).toEqual(serving('1.0.0'))
    expect(run([{ type: 'failed', error }], paused)).toMatchObject({ step: { name: 'failed' } })
    expect(run([{ type: 'check' }, pause])).toEqual(paused)
  })

  it('forgets a pause that was another tab’s', () => {
    const pause: LifecycleEvent = { type: 'pause', version: '1.1.0', loaded: 4, total: 10 }
    const shown = run([...install('1.0.0'), pause, { type: 'current' }])
    expect(shown).toEqual(serving('1.0.0'))
    expect(run(install('1.2.0'), shown)).toEqual(serving('1.2.0'))
  })

  it('forgets an error once a look found all well', () => {
    const failed = serving('1.0.0', { name: 'failed', error })
    expect(run([{ type: 'check' }, { type: 'current' }], failed)).toEqual(serving('1.0.0'))
  })

  it('replaces a staged version that still waits by a newer one', () => {
    const waiting = serving('1.0.0', { name: 'staged', version: '1.1.0' })
    expect(run(install('1.2.0'), waiting)).toEqual(serving('1.2.0'))
  })

  it.each<[string, Lifecycle, LifecycleEvent]>([
    [
      'progress of another version',
      serving('1.0.0', { name: 'downloading', version: '1.1.0', loaded: 1, total: 9 }),
      { type: 'download', version: '1.2.0', loaded: 5, total: 9 },
    ],
    [
      'progress that falls',
      serving('1.0.0', { name: 'downloading', version: '1.1.0', loaded: 5, total: 9 }),
      { type: 'download', version: '1.1.0', loaded: 4, total: 9 },
    ],
    [
      'activation of what was not probed',
      serving('1.0.0', { name: 'staged', version: '1.1.0' }),
      { type: 'activated', version: '1.1.0' },
    ],
    [
      'activation of another version',
      serving('1.0.0', { name: 'probing', version: '1.1.0' }),
      { type: 'activated', version: '1.2.0' },
    ],
    [
      'a second look during a download',
      serving('1.0.0', { name: 'downloading', version: '1.1.0', loaded: 5, total: 9 }),
      { type: 'check' },
    ],
    ['a failure of nothing', serving('1.0.0'), { type: 'failed', error }],
  ])('is not changed by %s', (_what, state, event) => {
    expect(transition(state, event)).toBe(state)
  })

  it('goes back to a version that served before, with the download under way beside it', () => {
    const step: Step = { name: 'downloading', version: '1.2.0', loaded: 1, total: 2 }
    const reverted = { type: 'reverted', version: '1.0.0' } as const
    expect(transition(serving('1.1.0', step), reverted)).toEqual(serving('1.0.0', step))
    expect(transition(unopened, reverted)).toBe(unopened)
    expect(transition({ name: 'closed' }, reverted)).toEqual({ name: 'closed' })
  })

  it('serves again what was restored, with the download under way beside it', () => {
    const step = { name: 'downloading', version: '1.1.0', loaded: 5, total: 9 } as const
    const restored = { type: 'restored', version: '1.0.0' } as const
    expect(transition({ name: 'opening', step }, restored)).toEqual(serving('1.0.0', step))
    expect(transition({ name: 'opening', step: { name: 'failed', error } }, restored)).toEqual(
      serving('1.0.0'),
    )
    expect(transition({ name: 'closed' }, restored)).toEqual({ name: 'closed' })
  })

  const version = fc.constantFrom('1.0.0', '1.1.0', '1.2.0')
  const event: fc.Arbitrary<LifecycleEvent> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constantFrom('staged' as const, 'probe' as const, 'activated' as const, 'restored' as const),
        version,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('download' as const),
        version,
        loaded: fc.nat(9),
        total: fc.constant(9),
      }),
    },
    { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('check' as const, 'current' as const) }) },
    { weight: 2, arbitrary: fc.constant<LifecycleEvent>({ type: 'failed', error }) },
    { weight: 1, arbitrary: fc.constant<LifecycleEvent>({ type: 'close' }) },
  )
  const events = fc.array(event, { maxLength: 60 })

  it('never loses the serving version but to a proven one or to close; closed absorbs', () => {
    fc.assert(
      fc.property(events, (events) => {
        let state: Lifecycle = unopened
        for (const event of events) {
          const before = state
          state = transition(before, event)
          if (before.name === 'closed') expect(state).toBe(before)
          if (event.type === 'close') expect(state.name).toBe('closed')
          else if (before.name === 'active') {
            expect(state.name).toBe('active')
            const switched = state.name === 'active' && state.version !== before.version
            if (switched)
              expect(before.update).toEqual({
                name: 'probing',
                version: (state as { version: string }).version,
              })
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('changes no state in place', () => {
    const freeze = (state: Lifecycle): Lifecycle => {
      for (const value of Object.values(state)) if (typeof value === 'object') Object.freeze(value)
      return Object.freeze(state)
    }
    fc.assert(
      fc.property(events, (events) => {
        expect(() =>
          events.reduce((state, event) => freeze(transition(state, event)), freeze({ ...unopened })),
        ).not.toThrow()
      }),
    )
  })

  it('serves a new version from wherever an update stopped, unless an engine is at work or it is closed', () => {
    fc.assert(
      fc.property(events, (events) => {
        const state = run([...events.filter(({ type }) => type !== 'close'), { type: 'failed', error }])
        expect(run(install('9.0.0'), state)).toEqual(serving('9.0.0'))
      }),
    )
  })
})
