import { homing } from '@homing/sdk/vite'

export default { plugins: [homing({ root: 'homing-root.json', isolate: true })] }
