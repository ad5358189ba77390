import { element } from '../dom/element.ts'

const themes = ['auto', 'light', 'dark'] as const
type Theme = (typeof themes)[number]

const storageKey = 'homing-demo-theme'

const names: Readonly<Record<Theme, string>> = { auto: 'as the system', light: 'light', dark: 'dark' }

/** The theme chosen before; `auto` where the browser refuses storage. */
function remembered(): Theme {
  try {
    const stored = localStorage.getItem(storageKey)
    return themes.find((theme) => theme === stored) ?? 'auto'
  } catch {
    return 'auto'
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(storageKey, theme)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

/** A button that goes through the themes: as the system says, light, dark. */
export function createThemeSwitch(): HTMLElement {
  let theme = remembered()
  const button = element(
    'button',
    { type: 'button', class: 'theme' },
    element('span', { class: 'theme-disc' }),
  )
  const apply = () => {
    document.documentElement.dataset['theme'] = theme
    button.setAttribute('aria-label', `Theme: ${names[theme]}`)
    button.title = `Theme: ${names[theme]}`
  }
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto'
    remember(theme)
    apply()
  })
  apply()
  return button
}
