import { repository, showDigit } from '@homing/example-app'
import { createClient } from '@homing/sdk'

import root from './homing-root.json'

await showDigit(createClient({ repository: repository(), root, app: 'webpack-example' }))
