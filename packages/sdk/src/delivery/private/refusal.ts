import { HomingError } from '@homing/protocol'

/** Whether an answer says that its reader may not. */
export function isRefusal({ status }: Response): boolean {
  return status === 401 || status === 403
}

/** What a refusal of `url` is thrown as; `problem` goes on after the address. */
export function refusal(url: string, status: number, problem: string): HomingError {
  const details = { status }
  if (status === 403) return new HomingError('FORBIDDEN', `The user may not read ${url}`, { details })
  return new HomingError('UNAUTHORIZED', `${url} ${problem}`, { details })
}
