import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts'],
  // One file per module: bundlers drop the schemas from a page that only handles errors.
  unbundle: true,
  inputOptions: { optimization: { inlineConst: false } }, // else empty imports are left, which bundlers warn of
  platform: 'neutral',
  fixedExtension: false,
  dts: true,
})
