import { HomingError, type Manifest } from '@homing/protocol'

import { webPlatform } from '../../../delivery/web-platform.ts'
import type { MeasuredVersion, MeasureSettings } from '../../../runtime/measure/measure-api.ts'
import { databaseName, type StorageKind } from '../../../store/open-store.ts'
import { batchOrigin } from '../../../telemetry/batch-origin.ts'
import { composeBatches } from '../../../telemetry/compose-batches.ts'
import { effectiveLevel, isLevel, type Level } from '../../../telemetry/effective-level.ts'
import { maxPending } from '../../../telemetry/outbox/config.ts'
import { indexedDbPending } from '../../../telemetry/outbox/indexed-db-pending.ts'
import { openOutbox } from '../../../telemetry/outbox/open-outbox.ts'
import type { SealContext } from '../../../telemetry/outbox/outbox.ts'
import { createSession } from '../../../telemetry/outbox/session.ts'
import { createRecorder } from '../../../telemetry/record/create-recorder.ts'
import { memoryPending } from '../../../telemetry/record/memory-pending.ts'
import type { GroupKey, Recorded } from '../../../telemetry/recorder.ts'
import { defaultSendInterval } from '../../../telemetry/send/config.ts'
import { postBatch } from '../../../telemetry/send/post-batch.ts'
import { createSender, type Sender } from '../../../telemetry/send/sender.ts'
import { sdkVersion } from '../../config.ts'
import type { TelemetryConfig, TelemetryHost } from '../../telemetry/telemetry-host.ts'
import { measureSettings } from '../engines/measure-settings.ts'
import type { Tabs } from '../tabs/tabs.ts'
import { browserFacts } from './browser-facts.ts'
import { telemetryStatus } from './telemetry-status.ts'

/** What telemetry works with in the host. */
export interface TelemetryDeps {
  readonly storage: StorageKind
  /** The root that the app trusts, as JSON. */
  readonly root: string
  readonly tabs: Pick<Tabs, 'id' | 'alone' | 'lives'>
  /** The version of a model that serves. */
  readonly manifestOf: (model: string) => Manifest | undefined
  /** How engines measure calls from now on, without settings not at all; resolves when they know. */
  readonly measure: (settings: MeasureSettings | undefined) => Promise<void>
}

/** Telemetry of one page, in its host. */
export interface OpenedTelemetry extends TelemetryHost {
  /** What engines have measured. */
  measured(versions: readonly MeasuredVersion[]): void
}

/** Joins recorder, outbox and sender; all of them are loaded with the first fact. */
export async function openTelemetry(config: TelemetryConfig, deps: TelemetryDeps): Promise<OpenedTelemetry> {
  const { tabs } = deps
  const platform = webPlatform()
  const name = `${await databaseName(deps.root)}-telemetry-${config.app}`
  const { outbox, database } = await openOutbox(name, deps.storage === 'memory')
  const origin = { sdk: sdkVersion, ...batchOrigin(await browserFacts()) }
  const levelNow = async (): Promise<Level> =>
    effectiveLevel({ ...config, consent: await outbox.readConsent() })
  let level = await levelNow().catch(() => 'off' as const) // nobody knows whether it was withdrawn
  const pending = database ? indexedDbPending(database, maxPending) : memoryPending()
  const recorder = createRecorder(
    { epsilon: config.epsilon, events: () => level === 'events' },
    { pending, time: platform.time },
  )
  let sender: Sender | undefined
  const declared = new Set<string>()

  const compose = (recorded: Recorded, context: SealContext) =>
    composeBatches({ ...origin, level: level === 'events' ? 'events' : 'aggregate' }, recorded, context)
  const session = createSession({
    recorder,
    outbox,
    sessions: {
      id: tabs.id,
      lives: async (id) => ('locks' in navigator ? tabs.lives(id) : undefined),
    },
    compose,
    time: platform.time,
  })
  const start = (): void => {
    if (level === 'off') return
    sender ??= createSender({
      outbox,
      async seal() {
        await session.adopt()
        await session.seal()
      },
      post: (body, signal) => postBatch(body, config, platform, signal),
      alone: (name, signal, work) => tabs.alone(`telemetry/${config.app}/${name}`, signal, work),
      platform,
      interval: config.interval ?? defaultSendInterval,
      isOffline: () => !navigator.onLine,
    })
  }
  const stop = (): void => {
    sender?.close()
    sender = undefined
  }
  /** A version is measured as its manifest says. */
  const declare = ({ model, version }: GroupKey): void => {
    const manifest = deps.manifestOf(model)
    if (manifest?.version !== version || declared.has(`${model} ${version}`)) return
    recorder.declare(manifest)
    declared.add(`${model} ${version}`)
  }
  const measure = (): Promise<void> => deps.measure(measureSettings(config, level))
  const status = async () => {
    level = await levelNow()
    return telemetryStatus(config, level, outbox)
  }
  if (level !== config.level) await measure()
  start()
  return {
    async tell({ calls, versions }) {
      if (level === 'off') return
      for (const facts of [...versions, ...calls]) declare(facts)
      for (const facts of versions) recorder.happened(facts)
      for (const facts of calls) recorder.record(facts)
      session.noted()
      return Promise.resolve()
    },
    async hide() {
      await session.save()
      sender?.hasten()
    },
    async feedback(model, id, facts) {
      if (level === 'off') return false
      const known = await recorder.feedback(model, id, facts)
      session.noted()
      return known
    },
    async track(goal, value, of) {
      if (level === 'off') return false
      const known = await recorder.track(goal, value, of)
      session.noted()
      return known
    },
    async consent(wish) {
      if (!isLevel(wish)) throw new HomingError('CONFIG_INVALID', 'Consent is to off, aggregate or events.')
      if (wish === 'off') stop()
      await outbox.writeConsent(wish)
      if (wish === 'off') await session.erase()
      level = wish
      await measure()
      start()
      return status()
    },
    async preview() {
      const waiting = (await outbox.waiting()).map(({ body }) => body)
      const held = recorder.peek() // with what is being saved
      const { batches } = compose(held, await outbox.context())
      const isEmpty = held.groups.length === 0 && held.events.length === 0
      const bodies = isEmpty ? waiting : [...waiting, ...batches.map(({ body }) => body)]
      return bodies.map((body) => JSON.parse(body) as never)
    },
    status,
    measured(versions) {
      if (level === 'off') return
      for (const facts of versions) {
        declare(facts)
        recorder.measured(facts)
      }
      session.noted()
    },
    hasten() {
      sender?.hasten()
      return Promise.resolve()
    },
    erase: () => session.erase(),
    async close() {
      stop()
      await session.close().catch(() => undefined) // a broken disk
      await outbox.close()
      await database?.close()
    },
  }
}
