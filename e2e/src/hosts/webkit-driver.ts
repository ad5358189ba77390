import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** A running WebKitWebDriver, on a display and a session bus of its own. */
export interface WebKitDriver {
  readonly url: string
  /** Ends it, and every browser that it started. */
  stop(): Promise<void>
}

const startTimeout = 20_000

/** Starts the driver. One session may run at a time. */
export async function startWebKitDriver(): Promise<WebKitDriver> {
  const port = await freePort()
  const child = spawn(
    'xvfb-run',
    ['--auto-servernum', 'dbus-run-session', '--', 'WebKitWebDriver', `--port=${port}`],
    {
      detached: true, // a process group of its own, to end all of it
      stdio: 'ignore',
      // As root there is no sandbox to be had; the pages are the suite's own.
      env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
    },
  )
  const url = `http://127.0.0.1:${port}`
  await listening(`${url}/status`)
  return { url, stop: () => stop(child) }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function listening(address: string): Promise<void> {
  const end = Date.now() + startTimeout
  for (;;) {
    const answered = await fetch(address).then(
      () => true,
      () => false,
    )
    if (answered) return
    if (Date.now() > end) throw new Error('WebKitWebDriver did not start in time')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  process.kill(-child.pid, 'SIGTERM')
  await gone
}
