import { element } from '../dom/element.ts'

/** Says whether the device is online. Offline is no error here: models that are on the device go on serving. */
export function createNetworkSign(): HTMLElement {
  const text = element('span', { 'data-testid': 'network' })
  const node = element('p', { class: 'network', role: 'status' }, text)
  const show = () => {
    text.textContent = navigator.onLine ? 'online' : 'offline, still serving'
    node.classList.toggle('network-off', !navigator.onLine)
  }
  addEventListener('online', show)
  addEventListener('offline', show)
  show()
  return node
}
