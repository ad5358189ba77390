import { createTurns, type Turns } from '../../runtime/turns.ts'
import type { ModelEvent, OpenOptions } from '../host-api.ts'
import { closedError } from './closed-error.ts'
import type { ModelCoordinator } from './model-coordinator.ts'

/** The models that a page has open. */
export interface OpenedModels {
  readonly models: ReadonlyMap<string, ModelCoordinator>
  /** Opens a model in the place of one of its name. */
  open(
    model: string,
    options: OpenOptions,
    emit: (event: ModelEvent) => Promise<void>,
  ): Promise<ModelCoordinator>
  /** One that is open, or on its way. @throws HomingError CLOSED. */
  opened(model: string): Promise<ModelCoordinator>
  /** Resolves when none is on its way. */
  settled(): Promise<void>
  close(model: string): Promise<void>
  /** Closes one that was forgotten, or all, and tells the page. */
  closeForgotten(model: string | undefined): Promise<void>
  /** Begins to close all, and waits for none. */
  abandon(): void
}

/** What models are opened with. */
export interface OpenedModelsDeps {
  /** Before one opens: whether the user may still have it. */
  readonly settle: (model: string) => Promise<void>
  /** Tells other tabs that this one has it open; the undo tells that it has closed it. */
  readonly hold: (model: string) => Promise<() => void>
  readonly coordinate: (
    model: string,
    options: OpenOptions,
    emit: (event: ModelEvent) => Promise<void>,
  ) => Promise<ModelCoordinator>
}

/** What is done when a model is left. */
interface ModelEnd {
  readonly emit: (event: ModelEvent) => Promise<void>
  /** Tells the other tabs that this one has closed it. */
  readonly release: () => void
}

export function createOpenedModels({ settle, hold, coordinate }: OpenedModelsDeps): OpenedModels {
  const models = new Map<string, ModelCoordinator>()
  const leaving = new Map<string, ModelEnd>()
  const turns = new Map<string, Turns>()
  /** A page that brings its models back, after its host died, opens them and calls them at once. */
  const openings = new Map<string, Promise<unknown>>()

  /** One opening or closing of a model after another: engines know it by name, so the old one must be gone first. */
  const inTurnOf = (model: string): Turns => {
    const known = turns.get(model) ?? createTurns()
    turns.set(model, known)
    return known
  }
  /** Ends what this tab has open of a model. */
  const leave = async (model: string): Promise<ModelEnd | undefined> => {
    const [coordinator, end] = [models.get(model), leaving.get(model)]
    models.delete(model)
    leaving.delete(model)
    await coordinator?.close().finally(end?.release)
    return end
  }
  return {
    models,
    open(model, options, emit) {
      const enter = async (): Promise<ModelCoordinator> => {
        if (openings.get(model) !== told) throw closedError(model) // while it waited for its turn
        await leave(model)
        const release = await hold(model)
        const made = await coordinate(model, options, emit).catch((error: unknown) => {
          release()
          throw error
        })
        models.set(model, made)
        leaving.set(model, { emit, release })
        return made
      }
      const opening = settle(model).then(() => inTurnOf(model)(enter))
      const told = opening.catch(() => undefined) // to who opens it
      openings.set(model, told)
      return opening
    },
    async opened(model) {
      await openings.get(model)
      const coordinator = models.get(model)
      if (coordinator) return coordinator
      throw closedError(model)
    },
    settled: async () => void (await Promise.all(openings.values())),
    async close(model) {
      openings.delete(model)
      await inTurnOf(model)(() => leave(model))
    },
    async closeForgotten(model) {
      const closing = [model ?? [...models.keys()]].flat()
      await Promise.allSettled(
        closing.map(async (name) => (await inTurnOf(name)(() => leave(name)))?.emit({ type: 'forgotten' })),
      )
    },
    abandon() {
      for (const model of models.values()) model.close().catch(() => undefined)
      models.clear()
    },
  }
}
