import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    main: 'src/main.ts',
    'patch-worker': 'src/patches/patch-worker.ts',
  },
  platform: 'node',
  fixedExtension: false,
  dts: true,
})
