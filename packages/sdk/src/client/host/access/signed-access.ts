import { appSigner } from '../../../delivery/private/app-signer.ts'
import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import { serverSigner, signingAddress } from '../../../delivery/private/server-signer.ts'
import type { TokenSession } from '../../../delivery/private/token-session.ts'
import { createUrlSigner, type SignUrls, type UrlSigner } from '../../../delivery/private/url-signer.ts'
import { withSignedUrls } from '../../../delivery/private/with-signed-urls.ts'
import { withToken } from '../../../delivery/private/with-token.ts'

/** Who signs addresses: a server (absolute, with a slash at its end), which is shown the token; without one, the app. */
export interface Signing {
  readonly server?: string
}

/** What access by signed addresses works with. */
export interface SignedAccessDeps {
  readonly platform: DeliveryPlatform
  readonly repository: string
  readonly tokens: TokenSession
  readonly signUrls: SignUrls
}

/** Access to private files at signed addresses, which any CDN can check. */
export interface SignedAccess extends Pick<UrlSigner, 'expect' | 'clear'> {
  readonly fetch: DeliveryPlatform['fetch']
}

export function createSignedAccess(
  { server }: Signing,
  { platform, repository, tokens, signUrls }: SignedAccessDeps,
): SignedAccess {
  const fromServer = (server: string): SignUrls => {
    const mayAsk = (url: string): boolean => url.startsWith(signingAddress(server))
    return serverSigner(withToken(platform, mayAsk, tokens), server)
  }
  const fromApp: SignUrls = async (places) => {
    await tokens.token() // says until when the user may have what is signed
    return appSigner(platform, signUrls)(places)
  }
  const sign = server === undefined ? fromApp : fromServer(server)
  const signer = createUrlSigner({ sign, base: repository, time: Date.now })
  return { ...signer, fetch: withSignedUrls(platform, repository, signer).fetch }
}
