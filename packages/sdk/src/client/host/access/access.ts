import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import { once } from '../once.ts'
import type { PrivateAccess, PrivateAccessDeps } from './private-access.ts'

/** The user's access to models, private ones too; what those take is loaded where the app or the device has any. */
export interface Access extends Omit<PrivateAccess, 'fetch'> {
  /** Fetches what the user may have. */
  readonly platform: DeliveryPlatform
}

/** `hasTokens`: the app can be asked for one. */
export function createAccess(deps: PrivateAccessDeps & { readonly hasTokens: boolean }): Access {
  const { hasTokens, signing, platform, store } = deps
  let loaded: PrivateAccess | undefined
  const load = once(async () => {
    const { createPrivateAccess } = await import('./private-access.ts')
    return (loaded = createPrivateAccess(deps))
  })
  const fetch: DeliveryPlatform['fetch'] = async (input, init) => (await load()).fetch(input, init)
  return {
    platform: hasTokens || signing ? { ...platform, fetch } : platform,
    expect(places) {
      if (signing) void load().then((access) => access.expect(places), ignore)
    },
    claims: () => loaded?.claims(),
    async settle(model) {
      const isLimited = (await (await store()).readModel(model))?.until !== undefined
      if (isLimited) await (await load()).settle(model)
    },
    clear: () => loaded?.clear(),
    close: () => loaded?.close(),
  }
}

/** Its code could not be fetched: the file that needs it says so. */
const ignore = (): void => undefined
