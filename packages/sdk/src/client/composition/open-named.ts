import { HomingError, namedModels } from '@homing/protocol'

import type { Member, Members } from './member.ts'

/** The models that one names, open, by name; those that could not be opened and need not be are missing. */
export type OpenedModels = ReadonlyMap<string, Member>

/**
 * Opens what a model names, and what those name.
 * @throws HomingError NEXT_INVALID for a circle, a model that is not there, or one of another engine; and those of opening
 * a model. A model that only a cascade or a fallback leads to may fail: without it the first one answers.
 */
export async function openNamed(
  first: Member,
  members: Members,
  signal?: AbortSignal,
): Promise<OpenedModels> {
  const opened = new Map<string, Member>([[first.name, first]])
  await openBehind(first, [first.name], true)
  return opened

  async function openBehind(from: Member, path: readonly string[], needed: boolean): Promise<void> {
    const serving = from.serving()
    if (!serving) return
    const { next } = serving
    await Promise.all(
      namedModels(serving).map(async (name) => {
        const way = [...path, name]
        if (path.includes(name)) throw invalid(way, 'they name each other in a circle')
        const follows =
          next?.kind === 'fan-out'
            ? next.models.includes(name)
            : next?.kind === 'chain' && next.model === name
        const member = await openOne(name, from, way, signal).catch((error: unknown) => {
          if (needed && follows) throw error
          return undefined
        })
        if (!member) return
        if (follows && member.serving()?.engine !== serving.engine)
          throw invalid(way, `they run on different engines, and tensors pass within one`)
        opened.set(name, member)
        await openBehind(member, way, needed && follows)
      }),
    )
  }

  async function openOne(
    name: string,
    from: Member,
    path: readonly string[],
    abort?: AbortSignal,
  ): Promise<Member> {
    try {
      return await members.open(name, from.name, abort)
    } catch (thrown) {
      const error = HomingError.from(thrown)
      throw error.code === 'MODEL_UNKNOWN' ? invalid(path, `there is no model ${name}`, error) : error
    }
  }
}

function invalid(path: readonly string[], problem: string, cause?: HomingError): HomingError {
  return new HomingError('NEXT_INVALID', `The models ${path.join(', ')} cannot run together: ${problem}.`, {
    details: { path },
    ...(cause ? { cause } : {}),
  })
}
