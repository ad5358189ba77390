#!/usr/bin/env node
import { HomingError } from '@homing/protocol'
import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'

import { createServer } from './app.ts'
import { developmentToken } from './development-token.ts'
import { readSettings } from './read-settings.ts'
import { serverLogger } from './server-logger.ts'

try {
  const { host, port, closeMs, logLevel, dev, server } = readSettings(process.argv.slice(2), process.env)
  // Standard output has one line, the address; the log goes to standard error.
  const logger = serverLogger(logLevel, pino.destination(2))
  const adminToken = server.adminToken ?? (dev ? await developmentToken(server.dataFolder) : '')
  const app = createServer({ ...server, adminToken, logger })
  closeWithGrace({ delay: closeMs, logger }, async ({ err, signal }) => {
    if (err) logger.error({ err }, 'closing after an error')
    else logger.info({ signal }, 'closing')
    await app.close()
  })
  process.stdout.write(`${await app.listen({ host, port })}\n`)
} catch (error) {
  process.stderr.write(`homing-server: ${error instanceof HomingError ? error.message : String(error)}\n`)
  process.exitCode = 1
}
