import { type Homing, HomingError, type Model, type ModelStatus, type Progress } from '@homing/sdk'

import type { Choice } from './choice.ts'

/** Everything that a card shows about the model in its slot. A plain value: it is replaced, never changed. */
export interface SlotView {
  /** The way of running that answers, or the first one when none answers yet. */
  readonly choice: Choice
  /** The way that was asked for and does not answer yet. */
  readonly asked?: Choice
  readonly status?: ModelStatus
  readonly progress?: Progress
  /** Why the last thing that was asked for failed; what answered before still does. */
  readonly error?: HomingError
  readonly busy: boolean
}

/** The place of one model on the page: it opens models, changes between them and tells its card. */
export interface ModelSlot {
  /** The model that answers; none before the first is open. */
  readonly model: Model | undefined
  readonly view: SlotView
  /** Runs the task in another way from now on. When that fails, the former way stays. */
  choose(choice: Choice): Promise<void>
  /** Does something with the model and shows its error, if any. */
  act(action: (model: Model) => Promise<unknown>): Promise<void>
  /** Calls `listener` with the present view at once and with every later one. */
  subscribe(listener: (view: SlotView) => void): void
}

/** A slot, empty until something is chosen. Opened models are kept in `models`, under their names. */
export function createModelSlot(homing: Homing, models: Map<string, Model>, first: Choice): ModelSlot {
  const listeners = new Set<(view: SlotView) => void>()
  let view: SlotView = { choice: first, busy: false }
  let model: Model | undefined
  let leave: (() => void) | undefined
  /** The choice that each open model runs in. */
  const applied = new Map<string, string>()

  const show = (next: SlotView) => {
    view = next
    for (const listener of listeners) listener(view)
  }

  const settle = async (work: () => Promise<void>, asked?: Choice) => {
    const { error: _past, ...rest } = view
    show({ ...rest, busy: true, ...(asked ? { asked } : {}) })
    try {
      await work()
    } catch (error) {
      show({ ...view, error: HomingError.from(error) })
    }
    const { progress: _done, asked: _settled, ...after } = view
    show({ ...after, busy: false })
  }

  const onProgress = (progress: Progress) => show({ ...view, progress })

  const prepare = async ({ id, model: name, backends }: Choice): Promise<Model> => {
    const open = models.get(name)
    if (open && applied.get(name) !== id) await open.setBackends(backends)
    const ready = open ?? (await homing.model(name, { onProgress, ...(backends ? { backends } : {}) }))
    models.set(name, ready)
    applied.set(name, id)
    return ready
  }

  const watch = (next: Model, choice: Choice) => {
    leave?.()
    model = next
    leave = next.subscribe((status) => show({ ...view, choice, status }))
  }

  return {
    get model() {
      return model
    },
    get view() {
      return view
    },
    choose: (choice) => settle(async () => watch(await prepare(choice), choice), choice),
    act: (action) =>
      settle(async () => {
        if (model) await action(model)
      }),
    subscribe(listener) {
      listeners.add(listener)
      listener(view)
    },
  }
}
