import { repository, showDigit } from '@homing/example-app'
import { createClient } from '@homing/sdk'
import { root } from '@homing/sdk/root'

await showDigit(createClient({ repository: repository(), root, app: 'capacitor-example' }))
