import { createClient } from '@homing/sdk'

import root from './homing-root.json'
import { wine } from './wine.js'

const query = new URLSearchParams(location.search)
const output = /** @type {HTMLOutputElement} */ (document.querySelector('output'))

try {
  const homing = createClient({
    repository: query.get('repository') ?? '/repository/',
    root,
    app: 'webpack-example',
  })
  const model = await homing.model(query.get('model') ?? 'wine')
  const { value, version, backend } = await model.predict({ wine })
  output.textContent = JSON.stringify({ value, version, backend, threads: model.status.threads })
} catch (error) {
  output.textContent = String(error)
}
