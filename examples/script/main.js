import { createClient } from './homing/index.js'
import { repository, showDigit } from './app/show-digit.js'

const root = await (await fetch('homing-root.json')).text()

await showDigit(createClient({ repository: repository(), root, app: 'script-example' }))
