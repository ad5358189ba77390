import type { InputValues } from '../../inputs/input-value.ts'
import type { PredictReply } from '../../runtime/runtime-api.ts'
import type { PredictOptions } from '../api.ts'
import type { PageInput } from '../page-input.ts'
import { repeatedCalls } from '../repeated-calls.ts'
import { askAnother, type AskedReply, type Others } from './ask-another.ts'
import { followUpOf, mayAsk } from './follow-up-of.ts'
import { guardCounter } from './guard-counter.ts'
import type { Member, Members } from './member.ts'
import { type OpenedModels, openNamed } from './open-named.ts'

type PageInputs = Readonly<Record<string, PageInput>>

/** Predictions of models that name others, or have guards. */
export interface Composer {
  /** Opens what a model names. @throws HomingError NEXT_INVALID, and those of opening a model. */
  open(first: Member, signal?: AbortSignal): Promise<void>
  predict(first: Member, inputs: PageInputs, options: PredictOptions): Promise<AskedReply>
}

export function createComposer(members: Members): Composer {
  const counters = new WeakMap<Member, (reply: PredictReply) => void>()

  const count = (member: Member, reply: PredictReply): void => {
    if (!member.serving()?.guards) return
    const counter = counters.get(member) ?? guardCounter(member.showGuards)
    counters.set(member, counter)
    counter(reply)
  }
  /** Looks after a reply and those of the models behind it: counts, and asks others where it says so. */
  const settle = async (
    member: Member,
    inputs: InputValues,
    reply: PredictReply,
    models: OpenedModels,
    signal: AbortSignal | undefined,
  ): Promise<AskedReply> => {
    count(member, reply)
    const next = member.serving()?.next
    const behind = Object.entries(reply.next ?? {}).map(async ([name, own]) => {
      const follower = models.get(name)
      if (!follower) return [name, own] as const
      const passed =
        next?.kind === 'chain'
          ? Object.fromEntries(
              Object.entries(next.inputs).flatMap(([input, output]) => {
                const tensor = reply.outputs[output]
                return tensor ? [[input, tensor]] : []
              }),
            )
          : inputs
      return [name, await settle(follower, passed, own, models, signal)] as const
    })
    const settled = reply.next ? { ...reply, next: Object.fromEntries(await Promise.all(behind)) } : reply
    const { remote = members.remote } = member
    const others: Others = {
      predict: async (name, values, abort) => {
        const other = models.get(name) ?? (await members.open(name, member.name, abort))
        return predict(other, values, abort ? { signal: abort } : {})
      },
      remote: remote === false ? undefined : remote,
    }
    return askAnother(member, inputs, settled, others, signal)
  }

  const predict: Composer['predict'] = async (first, inputs, options) => {
    const models = await openNamed(first, members, options.signal)
    const serving = first.serving()
    const repaired = async (): Promise<void> => {
      const others = [...models.values()].filter((member) => member !== first)
      await Promise.all(others.map((member) => member.repaired()))
      await first.repaired() // last: where memory is short, it may have left it for the others
    }
    const { transfer = false, ...rest } = options
    const how = { ...rest, transfer: transfer && !(serving && mayAsk(serving)) }
    return first.calls.predict(inputs, how, {
      follow: () => {
        const now = first.serving()
        return now && followUpOf(now, models)
      },
      repeated: repeatedCalls(first.isClosing, repaired),
      settle: (reply, values, signal) => settle(first, values, reply, models, signal),
    })
  }
  return {
    open: async (first, signal) => void (await openNamed(first, members, signal)),
    predict,
  }
}
