import { showDigit } from '@homing/example-app'
import { createClient } from '@homing/sdk'
import { root } from '@homing/sdk/root'

const homing = createClient({ repository: await desktop.repository(), root, app: 'electron-example' })
desktop.onResume(() => void homing.check())

await showDigit(homing)
