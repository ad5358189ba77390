/** A connection on which a test lets the user save data, or no more, over a BroadcastChannel. It is metered at first. */
const connection = Object.assign(new EventTarget(), { saveData: true })
Object.defineProperty(navigator, 'connection', { value: connection })

new BroadcastChannel('test-connection').onmessage = ({ data }: MessageEvent<boolean>) => {
  connection.saveData = data
  connection.dispatchEvent(new Event('change'))
}

export {}
