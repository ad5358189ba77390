// `npm start`: installs, builds, starts the server with its embedded store, makes keys, bundles their root with the demo,
// publishes the models of `models/` and stays until Ctrl-C. Safe to run twice: what is there already is left as it is.
import { buildDemo, buildPackages } from './build.mjs'
import { startDemoServer } from './demo-server.mjs'
import { requireNode } from './node-version.mjs'
import { install } from './pnpm.mjs'
import { appKeyFile, makeAppKey, makeKeys, publishModels, trustedRoot } from './publish-models.mjs'
import { entry } from './run.mjs'

await entry(async () => {
  requireNode()
  await install()
  await buildPackages()
  const server = await startDemoServer()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, server.stop)
  try {
    await makeKeys(server.url)
    await makeAppKey(server.url)
    await buildDemo(trustedRoot, appKeyFile)
    await publishModels(server.url)
  } catch (error) {
    server.stop()
    throw error
  }
  console.log(`\nHoming is at ${server.url}\n\nTo see an update arrive while the page is open:`)
  console.log(
    '  npm run homing -- rollout digits 1.0.0\n  npm run homing -- rollout digits 1.1.0\n\nCtrl-C stops it.',
  )
  process.exitCode = await server.ended
})
