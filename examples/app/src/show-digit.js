import { seven } from './seven.js'

/**
 * Opens `digits` and shows what it says to a drawn seven, again after every update. The page has an `<output>`, and a
 * `<button>` that looks for a new version; `?backend=` names the one to run on.
 * @param {import('@homing/sdk').Homing} homing
 */
export async function showDigit(homing) {
  const output = /** @type {HTMLOutputElement} */ (document.querySelector('output'))
  const button = /** @type {HTMLButtonElement} */ (document.querySelector('button'))

  const backend = /** @type {import('@homing/sdk').Backend | null} */ (query().get('backend'))

  const tell = (/** @type {unknown} */ shown) => (output.textContent = JSON.stringify(shown, null, 2))
  const fail = (/** @type {unknown} */ error) => tell({ error: String(error) })

  const { data, width, height } = seven()
  const image = new ImageData(data, width, height)

  try {
    const model = await homing.model('digits', backend === null ? {} : { backends: [backend] })
    const read = async () => {
      const { label, probability, version, backend } = await model.predict({ image })
      const { storage, threads, precision, probe } = model.status
      tell({ label, probability, version, backend, precision, threads, storage: storage.kind, probe })
    }
    /** @type {string | undefined} */
    let shown
    model.subscribe(({ version }) => {
      if (version === shown) return
      shown = version
      read().catch(fail)
    })
    button.addEventListener('click', () => void homing.check().catch(fail))
  } catch (error) {
    fail(error)
  }
}

/** Where the models are: what `?repository=` names, else the server that `npm start` runs. */
export function repository() {
  return query().get('repository') ?? 'http://localhost:8400/repository/'
}

const query = () => new URLSearchParams(location.search)
