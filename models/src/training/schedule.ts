/** A learning rate that rises in a straight line to `peak` over the first `warmUp` share of the steps, and falls along a cosine to zero. */
export function cosineSchedule({
  peak,
  steps,
  warmUp,
}: {
  peak: number
  steps: number
  warmUp: number
}): (step: number) => number {
  const rising = Math.max(1, Math.round(steps * warmUp))
  return (step) => {
    if (step <= rising) return (peak * step) / rising
    return (peak / 2) * (1 + Math.cos((Math.PI * (step - rising)) / (steps - rising)))
  }
}
