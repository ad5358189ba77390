const byteUnits = ['B', 'kB', 'MB', 'GB'] as const

/** Bytes as people read them: 1.23 MB. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), byteUnits.length - 1)
  const amount = bytes / 1000 ** step
  return `${amount.toFixed(step === 0 || amount >= 100 ? 0 : 1)} ${byteUnits[step] ?? ''}`
}

/** Milliseconds with as many digits as matter: 0.42 ms, 12.3 ms, 140 ms, 2.1 s. */
export function formatMilliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms.toFixed(ms < 1 ? 2 : ms < 100 ? 1 : 0)} ms`
}

/** A share of one as percent: 97.3%, and never 100% for what is less. */
export function formatPercent(share: number): string {
  const percent = share * 100
  return percent > 99.9 && percent < 100 ? '>99.9%' : `${percent.toFixed(percent === 100 ? 0 : 1)}%`
}

/** A number with its sign and a fixed number of digits: +0.34, −0.25, and 0.00 for what rounds to nothing. */
export function formatSigned(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  if (Number(text) === 0) return text
  return `${value < 0 ? '\u2212' : '+'}${text}`
}
