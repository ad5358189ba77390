import type { DeliveryPlatform } from './ports.ts'
import { webPlatform } from './web-platform.ts'

/** For tests: the real network, on a clock on which every wait takes a hundredth of its time. `waits` lists them. */
export function hastyPlatform(): DeliveryPlatform & { readonly waits: number[] } {
  const web = webPlatform()
  const waits: number[] = []
  return {
    ...web,
    waits,
    now: () => web.now() * 100,
    random: () => 0.5,
    sleep: (ms, signal) => {
      waits.push(ms)
      return web.sleep(ms / 100, signal)
    },
  }
}
