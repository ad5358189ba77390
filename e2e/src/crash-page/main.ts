import { type ClientOptions, createClient, type Homing, type Model } from '@homing/sdk'
import type { FaultNews, FaultPlan } from '@homing/testkit/fault-plan'

declare global {
  /** What the page shows to tests. */
  var crashPage: CrashPage
}

/** A page with one model, whose host can be made to stand still at a named point. */
export interface CrashPage {
  /** Makes a client, whose first host follows the plan. */
  start(root: string, plan?: FaultPlan, options?: Partial<ClientOptions>): void
  /** Opens the model, `version` of it where one is named, and gives the version that serves. */
  open(version?: string): Promise<string | undefined>
  /** Opens the model and looks for a new version; gives the version that serves then. */
  update(): Promise<string | undefined>
  /** The version that serves now, and what it says to a fixed input, as text. */
  answer(): Promise<string>
  status(): Model['status']
  report(): ReturnType<Homing['report']>
  close(): Promise<void>
  /** Resolves once the host stands still. */
  readonly stopped: Promise<void>
  /** The points that the hosts of this page have passed, each with its how manieth time. */
  readonly passed: readonly FaultNews[]
  /** Ends the host alone. */
  killHost(): void
}

const model = 'digits-tfjs'
const passed: FaultNews[] = []
let homing: Homing
let opened: Model
let host: Worker
let tellStopped!: () => void
const stopped = new Promise<void>((resolve) => (tellStopped = resolve))

function startHost(plan: FaultPlan | undefined): Worker {
  host = new Worker(new URL('./stoppable-host-worker.ts', import.meta.url), { type: 'module' })
  host.addEventListener('message', ({ data }: MessageEvent<FaultNews>) => {
    if (data.type === 'passed') passed.push(data)
    if (data.type === 'stopped') tellStopped()
  })
  if (plan) host.postMessage(plan)
  return host
}

const open: CrashPage['open'] = async (version) => {
  opened = await homing.model(model, { backends: ['cpu'], ...(version === undefined ? {} : { version }) })
  return opened.status.version
}

globalThis.crashPage = {
  stopped,
  passed,
  open,
  start(root, plan, options) {
    let next = plan
    const stoppable = (): Worker => {
      const mine = next
      next = undefined // the host that takes the place of a dead one goes on
      return startHost(mine)
    }
    const repository = '/repository/'
    const workers = { host: stoppable }
    homing = createClient({ repository, root, app: 'crash', pollInterval: 0, workers, ...options })
  },
  async update() {
    await open()
    await homing.check()
    return opened.status.version
  },
  async answer() {
    const image = new ImageData(28, 28)
    image.data.forEach((_, index) => (image.data[index] = index % 4 === 3 ? 255 : (index * 7) % 256))
    const { version, probabilities } = await opened.predict({ image })
    return JSON.stringify({ version, probabilities })
  },
  status: () => opened.status,
  report: () => homing.report(),
  close: () => homing.close(),
  killHost: () => host.terminate(),
}
