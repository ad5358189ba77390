import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { root } from './pnpm.mjs'
import { CommandFailed } from './run.mjs'

const firstPort = 8400
const portsTried = 20
const startTimeout = 30_000 // milliseconds
const pollEvery = 100 // milliseconds

/** Where the demo's server keeps its data. */
export const dataFolder = join(root, '.homing')

/** Shown until the demo is built, which bundles the root that vouches for the server's key. */
const beforeThePage =
  '<!doctype html><title>Homing</title><meta http-equiv="refresh" content="2"><p>The demo is being built …'

/** Holds the address of the server that was started last. */
const urlFile = join(dataFolder, 'url')

/** The address of the server that runs, or ran last. */
export const demoServerUrl = () =>
  existsSync(urlFile) ? readFileSync(urlFile, 'utf8') : `http://localhost:${firstPort}/`

/** @returns {Promise<boolean>} whether nothing listens on `port`, on IPv4 or IPv6 */
async function isFree(/** @type {number} */ port) {
  for (const host of ['127.0.0.1', '::1']) {
    const taken = await new Promise((resolve) => {
      const probe = createServer()
      probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
        resolve(error.code === 'EADDRINUSE' || error.code === 'EACCES') // no IPv6 here is no reason against the port
      })
      probe.listen(port, host, () => {
        probe.close(() => {
          resolve(false)
        })
      })
    })
    if (taken) return false
  }
  return true
}

/** The port that `HOMING_PORT` names, else the first free one from 8400 on. */
async function choosePort() {
  const asked = process.env.HOMING_PORT
  if (asked) {
    if (!(Number(asked) >= 1 && Number(asked) <= 65_535))
      throw new CommandFailed(`HOMING_PORT is "${asked}", not a port.`)
    if (await isFree(Number(asked))) return Number(asked)
    throw new CommandFailed(
      `Port ${asked} is taken. Set HOMING_PORT to another, or unset it to take a free one.`,
    )
  }
  for (let port = firstPort; port < firstPort + portsTried; port++) {
    if (await isFree(port)) return port
    console.log(`Port ${port} is taken, trying the next …`)
  }
  throw new CommandFailed(
    `No free port from ${firstPort} to ${firstPort + portsTried - 1}. Set HOMING_PORT to one.`,
  )
}

async function isReady(/** @type {string} */ url) {
  try {
    return (await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(1_000) })).ok
  } catch {
    return false
  }
}

/**
 * Starts the built server on the demo's page and waits until it answers.
 * @returns {Promise<{ url: string, ended: Promise<number>, stop: () => void }>} `ended` gives its exit status
 */
export async function startDemoServer() {
  const port = await choosePort()
  const url = `http://localhost:${port}/`
  const main = join(root, 'packages', 'server', 'dist', 'main.js')
  const web = join(root, 'demo', 'dist')
  if (!existsSync(join(web, 'index.html'))) {
    mkdirSync(web, { recursive: true })
    writeFileSync(join(web, 'index.html'), beforeThePage)
  }
  const args = [main, '--port', `${port}`, '--data', dataFolder, '--web', web, '--dev', '1']
  const child = spawn(process.execPath, [...args, '--log-level', process.env.HOMING_LOG_LEVEL || 'warn'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    child.once('exit', (code) => {
      resolve(code ?? 1)
    })
  })
  const deadline = Date.now() + startTimeout
  while (!(await isReady(url))) {
    if (child.exitCode !== null)
      throw new CommandFailed('The server ended before it was ready; its message is above.')
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new CommandFailed(`The server did not answer at ${url}readyz within ${startTimeout / 1000} s.`)
    }
    await sleep(pollEvery)
  }
  writeFileSync(urlFile, url)
  return { url, ended, stop: () => child.kill('SIGTERM') }
}
