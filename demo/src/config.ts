/** Name of this app, as a server would know it. */
export const app = 'homing-demo'

/** Milliseconds between looks for new versions: short, so that an update arrives while one watches. */
export const pollInterval = 10_000

/** Milliseconds that the page waits for the service worker before it starts without one. */
export const shellPatience = 1_500

/** Pixels of the drawing's side: sharp on a phone, small enough to read at every stroke. */
export const padSize = 448

/** Width of the pen in pixels of the drawing: about that of MNIST's digits when one fills the sheet. */
export const penWidth = 30

/** Pixels of the drawing that the keyboard's pen moves in one second. */
export const keyboardPenSpeed = 260

/** Pixels that a sample digit's pen moves in one second. */
export const samplePenSpeed = 1_900

/** Milliseconds without a change before a label is read out, so that screen readers are not flooded. */
export const announceAfter = 700

/** Milliseconds without a change before an answer is explained. */
export const settleAfter = 250

/** Milliseconds that a toast stays. */
export const toastTime = 9_000
