import type { BrowserFamily, TelemetryBatch } from '@homing/protocol'

/** What a worker can find out of its browser. */
export interface BrowserFacts {
  readonly userAgent: string
  readonly hardwareConcurrency?: number | undefined
  /** GiB, rounded by the browser. */
  readonly deviceMemory?: number | undefined
  readonly webgpu: boolean
  readonly webgl: boolean
  /** Of the page: `app:` and the like are of webviews. */
  readonly scheme: string
}

/** Families by what names them in a user agent, the most special first: all of them also name those after them. */
const families: readonly (readonly [family: BrowserFamily, pattern: RegExp])[] = [
  ['edge', /\bEdg(?:A|iOS)?\/(\d+)/],
  ['opera', /\bOPR\/(\d+)/],
  ['samsung', /\bSamsungBrowser\/(\d+)/],
  ['firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['chrome', /\b(?:(?:Headless)?Chrome|CriOS)\/(\d+)/],
  ['safari', /\bVersion\/(\d+).*\bSafari\//],
]

/** Cores from which a device is of the middle or the upper class, and GiB of memory where the browser tells them. */
const midCores = 4
const highCores = 8
const midMemory = 4
const highMemory = 8

/** Where batches come from, as coarsely as it is told: families and classes of thousands of devices each. */
export function batchOrigin(facts: BrowserFacts): Pick<TelemetryBatch, 'browser' | 'device'> {
  const { userAgent, hardwareConcurrency = 1, webgpu, webgl } = facts
  return {
    browser: browserOf(userAgent),
    device: {
      class: classOf(facts),
      kind: kindOf(facts),
      threads: threadsOf(hardwareConcurrency),
      gpu: webgpu ? 'webgpu' : webgl ? 'webgl' : 'none',
    },
  }
}

function browserOf(userAgent: string): TelemetryBatch['browser'] {
  for (const [family, pattern] of families) {
    const major = pattern.exec(userAgent)?.[1]
    if (major !== undefined) return { family, major: Math.min(Number(major), 9_999) }
  }
  return { family: 'other', major: 0 }
}

function classOf({ hardwareConcurrency = 1, deviceMemory }: BrowserFacts): 'low' | 'mid' | 'high' {
  const memory = deviceMemory ?? highMemory
  if (hardwareConcurrency >= highCores && memory >= highMemory) return 'high'
  return hardwareConcurrency >= midCores && memory >= midMemory ? 'mid' : 'low'
}

function kindOf({ userAgent, scheme }: BrowserFacts): 'desktop' | 'mobile' | 'webview' {
  const isWebview = !/^(?:https?|blob):$/.test(scheme) || /; wv\)|\bElectron\//.test(userAgent)
  if (isWebview) return 'webview'
  return /\bMobi|\bAndroid\b|\biPad\b/.test(userAgent) ? 'mobile' : 'desktop'
}

function threadsOf(cores: number): TelemetryBatch['device']['threads'] {
  if (cores >= 16) return 16
  if (cores >= 8) return 8
  if (cores >= 4) return 4
  return cores >= 2 ? 2 : 1
}
