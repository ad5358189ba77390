import { type DestinationStream, type Logger, pino } from 'pino'

/** A log of one JSON object per line that tells of no client's address and of no token, whatever is logged. */
export function serverLogger(level: string, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      serializers: {
        req: ({ method, url }: { method?: string; url?: string }) => ({ method, url: url?.split('?', 1)[0] }),
      },
      redact: ['headers.authorization', '*.headers.authorization', '*.*.headers.authorization'],
    },
    destination,
  )
}
