import { homing } from '@homing/sdk/vite'
import { defineConfig } from 'vite'

export default defineConfig({ plugins: [homing({ root: 'homing-root.json' })] })
