import { createClient, HomingError, type Model } from '@homing/sdk'
import { root } from '@homing/sdk/root'

import { app, pollInterval } from './config.ts'
import { createDigitsCard } from './digits/digits-card.ts'
import { element } from './dom/element.ts'
import { createNetworkSign } from './masthead/network-sign.ts'
import { createThemeSwitch } from './masthead/theme-switch.ts'
import { createErrorNotice } from './notice/error-notice.ts'
import { announceUpdates } from './notice/toasts.ts'
import { repositoryUrl } from './repository-url.ts'
import { keepShell } from './shell/keep-shell.ts'
import { digitsChoices, wineChoices } from './slot/choice.ts'
import { createModelSlot } from './slot/model-slot.ts'
import { createTelemetryCard } from './telemetry/telemetry-card.ts'
import { telemetryOptions } from './telemetry/telemetry-options.ts'
import { createWineCard } from './wine/wine-card.ts'

/** A place of index.html. */
function place(id: string): HTMLElement {
  return document.getElementById(id) ?? document.body.appendChild(element('div', { id }))
}

async function start(): Promise<void> {
  place('masthead-side').append(createNetworkSign(), createThemeSwitch())
  const repository = repositoryUrl(location.href)
  place('foot-repository').textContent = `Repository: ${repository.href}`

  const measured = telemetryOptions(location.href, import.meta.env.VITE_HOMING_APP_KEY)
  const homing = createClient({ repository, root, app, pollInterval, ...measured })
  const models = new Map<string, Model>()
  const check = () => homing.check()
  const digits = createModelSlot(homing, models, digitsChoices[0])
  const wine = createModelSlot(homing, models, wineChoices[0])
  place('cards').append(createDigitsCard(digits, check), createWineCard(wine, check))
  if (measured.telemetry) place('cards').append(createTelemetryCard(homing))
  for (const slot of [digits, wine]) announceUpdates(place('toasts'), slot)
  // For the end-to-end tests and for curious people: the client and the open models, which are public API.
  Object.assign(globalThis, { homingDemo: { homing, models } })

  await keepShell()
  await Promise.all([digits.choose(digitsChoices[0]), wine.choose(wineChoices[0])])
}

start().catch((error: unknown) => {
  const notice = createErrorNotice('page-failed')
  notice.show(HomingError.from(error, 'CONFIG_INVALID'))
  place('cards').prepend(notice.node)
})
