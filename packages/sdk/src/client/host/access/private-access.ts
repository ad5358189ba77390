import type { AccessClaims } from '@homing/protocol'

import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import { privatePlace } from '../../../delivery/private/private-files.ts'
import { createTokenSession } from '../../../delivery/private/token-session.ts'
import type { SignUrls } from '../../../delivery/private/url-signer.ts'
import { withToken } from '../../../delivery/private/with-token.ts'
import type { Store } from '../../../store/store.ts'
import { createAccessEnds } from './access-ends.ts'
import { createSignedAccess, type Signing } from './signed-access.ts'

/** What private models work with. */
export interface PrivateAccessDeps {
  readonly platform: DeliveryPlatform
  /** Address of the repository, absolute, with a slash at its end. */
  readonly repository: string
  /** The app's hook. */
  readonly getToken: () => Promise<string | undefined>
  /** Who signs addresses, where private files are read at such. */
  readonly signing?: Signing
  /** The app's hook that does, where it is the app. */
  readonly signUrls: SignUrls
  readonly store: () => Promise<Store>
  /** Closes a model in every tab, and deletes it. */
  readonly forget: (model: string) => Promise<void>
}

/** The user's access to private models. */
export interface PrivateAccess {
  /** Shows the app's token to the repository where that asks for one, or reads at signed addresses. */
  readonly fetch: DeliveryPlatform['fetch']
  /** Files that are read soon, by their places: addresses are signed for all of them together. */
  expect(places: readonly string[]): void
  /** What the last token claims. */
  claims(): AccessClaims | undefined
  /** Before a model opens: deletes it when the user's time with it is over. */
  settle(model: string): Promise<void>
  /** Forgets the token: another user may be next. */
  clear(): void
  close(): void
}

export function createPrivateAccess(deps: PrivateAccessDeps): PrivateAccess {
  const { platform, repository, getToken, signing, store, forget } = deps
  const tokens = createTokenSession({
    getToken,
    time: Date.now,
    onClaims: (claims) => void ends.heard(claims).catch(() => undefined), // the next write notes it
  })
  const ends = createAccessEnds({ store, tokens, time: Date.now, sleep: platform.sleep, forget })
  const signed = signing && createSignedAccess(signing, { ...deps, tokens })
  const mayAsk = (url: string): boolean => privatePlace(repository, url) !== undefined
  return {
    fetch: signed?.fetch ?? withToken(platform, mayAsk, tokens).fetch,
    expect: (places) => signed?.expect(places),
    claims: () => tokens.claims(),
    settle: (model) => ends.settle(model),
    clear() {
      tokens.clear()
      signed?.clear()
    },
    close: () => ends.close(),
  }
}
