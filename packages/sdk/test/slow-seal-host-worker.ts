import '../src/client/host-worker.ts'

// Encrypts as slowly as a busy device, and tells when it begins and when it is done.
const channel = new BroadcastChannel('test-seal')
const encrypt = crypto.subtle.encrypt.bind(crypto.subtle)
crypto.subtle.encrypt = async (...args) => {
  channel.postMessage('begun')
  await new Promise((resolve) => setTimeout(resolve, 500))
  const sealed = await encrypt(...args)
  channel.postMessage('sealed')
  return sealed
}
