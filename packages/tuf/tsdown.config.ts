import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/repository.ts'],
  platform: 'neutral',
  fixedExtension: false,
  dts: true,
})
