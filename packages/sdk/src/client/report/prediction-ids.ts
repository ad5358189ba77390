/**
 * Makes names of predictions, in the form of a UUID: random for the page, counted within it. A random one for each would take
 * longer than many a model's share of a run.
 */
export function predictionIds(): () => string {
  const page = crypto.randomUUID().slice(0, -digits)
  let last = 0
  return () => page + (++last).toString(16).padStart(digits, '0')
}

/** Hexadecimal digits of a UUID's last part. */
const digits = 12
