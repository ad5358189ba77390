import type { AccessClaims } from '@homing/protocol'

import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import { createTokenSession } from '../../../delivery/token-session.ts'
import { withToken } from '../../../delivery/with-token.ts'
import type { Store } from '../../../store/store.ts'
import { createAccessEnds } from './access-ends.ts'

/** What private models work with. */
export interface PrivateAccessDeps {
  readonly platform: DeliveryPlatform
  /** Address of the repository, absolute, with a slash at its end. */
  readonly repository: string
  /** The app's hook. */
  readonly getToken: () => Promise<string | undefined>
  readonly store: () => Promise<Store>
  /** Closes a model in every tab, and deletes it. */
  readonly forget: (model: string) => Promise<void>
}

/** The user's access to private models. */
export interface PrivateAccess {
  /** Shows the app's token to the repository where that asks for one. */
  readonly fetch: DeliveryPlatform['fetch']
  /** What the last token claims. */
  claims(): AccessClaims | undefined
  /** Before a model opens: deletes it when the user's time with it is over. */
  settle(model: string): Promise<void>
  /** Forgets the token: another user may be next. */
  clear(): void
  close(): void
}

export function createPrivateAccess(deps: PrivateAccessDeps): PrivateAccess {
  const { platform, repository, getToken, store, forget } = deps
  const tokens = createTokenSession({
    getToken,
    time: Date.now,
    onClaims: (claims) => void ends.heard(claims).catch(() => undefined), // the next write notes it
  })
  const ends = createAccessEnds({ store, tokens, time: Date.now, sleep: platform.sleep, forget })
  return {
    fetch: withToken(platform, repository, tokens).fetch,
    claims: () => tokens.claims(),
    settle: (model) => ends.settle(model),
    clear: () => tokens.clear(),
    close: () => ends.close(),
  }
}
