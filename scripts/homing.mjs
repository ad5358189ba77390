// `npm run homing -- rollout digits 1.0.0`: the command line, as publisher of the server that `npm start` runs.
import { demoServerUrl } from './demo-server.mjs'
import { homing } from './publish-models.mjs'
import { entry } from './run.mjs'

await entry(async () => {
  await homing(process.argv.slice(2), demoServerUrl())
})
