import { awakeTime } from './awake-time.ts'
import { beatInterval, beatLimit } from './config.ts'

/** Tells when a worker no longer beats, where the browser has no locks, which would tell of its death. */
export function watchBeats(worker: Worker, signal: AbortSignal, dead: () => void): void {
  const passed = awakeTime(beatInterval, Date.now)
  let silence = 0
  worker.addEventListener('message', () => (silence = 0))
  const timer = setInterval(() => {
    silence += passed()
    if (silence > beatLimit) dead()
  }, beatInterval)
  signal.addEventListener('abort', () => clearInterval(timer))
}
