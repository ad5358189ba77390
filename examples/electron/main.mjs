import { join } from 'node:path'

import { app, BrowserWindow, ipcMain, powerMonitor, protocol, session } from 'electron'

import { pageFile } from './page-file.mjs'
import { repository, scheme } from './settings.mjs'

// Before the app is ready: a standard, secure scheme has an origin, hence IndexedDB, module workers and WebCrypto.
protocol.registerSchemesAsPrivileged([
  { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

async function open() {
  const window = new BrowserWindow({
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    },
  })
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  await window.loadURL(`${scheme}://localhost/`)
}

await app.whenReady()
session.defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
protocol.handle(scheme, ({ url }) => pageFile(new URL(url).pathname, repository))
ipcMain.handle('repository', () => repository)
powerMonitor.on('resume', () => {
  for (const { webContents } of BrowserWindow.getAllWindows()) webContents.send('resume')
})
await open()
app.on('activate', () => {
  if (BrowserWindow.getAllWindows().length === 0) void open()
})
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})
