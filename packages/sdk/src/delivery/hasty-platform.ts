import type { DeliveryPlatform } from './ports.ts'
import { webPlatform } from './web-platform.ts'

/** For tests: the real network, on a clock that runs `speed` times as fast, so that waits are short. `waits` lists them. */
export function hastyPlatform(speed = 100): DeliveryPlatform & { readonly waits: number[] } {
  const web = webPlatform()
  const waits: number[] = []
  return {
    ...web,
    waits,
    now: () => web.now() * speed,
    random: () => 0.5,
    sleep: (ms, signal) => {
      waits.push(ms)
      return web.sleep(ms / speed, signal)
    },
  }
}
