/** One session of a browser that speaks WebDriver (W3C). */
export interface WebDriverSession {
  goTo(address: string): Promise<void>
  /** Runs an expression in the page. */
  evaluate(expression: string): Promise<unknown>
  end(): Promise<void>
}

/** A driver that listens at `url`. */
export async function webDriverSession(
  url: string,
  capabilities: Readonly<Record<string, unknown>>,
): Promise<WebDriverSession> {
  const { sessionId } = (await command(url, 'POST', '/session', {
    capabilities: { alwaysMatch: capabilities },
  })) as { sessionId: string }
  const session = `/session/${sessionId}`
  return {
    goTo: async (address) => void (await command(url, 'POST', `${session}/url`, { url: address })),
    evaluate: (expression) =>
      command(url, 'POST', `${session}/execute/sync`, { script: `return ${expression}`, args: [] }),
    end: async () => void (await command(url, 'DELETE', session)),
  }
}

async function command(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(url + path, { method, ...(body && { body: JSON.stringify(body) }) })
  const { value } = (await response.json()) as { value: unknown }
  if (!response.ok) throw new Error(`WebDriver, ${method} ${path}: ${JSON.stringify(value)}`)
  return value
}
