import type { LoadedVersion } from '../load-version.ts'
import type { ProbeFiles } from '../probe-api.ts'
import type { Turns } from '../turns.ts'
import { proveSession } from './prove-session.ts'

/** Runs one probe on a session that serves. @throws HomingError as `proveSession`. */
export async function reprobeSession(
  { manifest, session }: LoadedVersion,
  turns: Turns,
  readProbes: () => Promise<ProbeFiles>,
  index: number,
): Promise<void> {
  const files = await readProbes()
  await proveSession(manifest, files, (inputs) => turns(() => session.run(inputs)), index)
}
