/** @type {import('webpack').Configuration} */
export default { mode: 'production', entry: './src/main.js' }
