import { repository, showDigit } from '@homing/example-app'
import { createClient } from '@homing/sdk'
import { root } from '@homing/sdk/root'

import { keepPage } from './keep-page.js'

await keepPage()
await showDigit(createClient({ repository: repository(), root, app: 'vite-8-example' }))
