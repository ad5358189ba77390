/** Vite's way to ask for the URL of a file. */
declare module '*?url' {
  const url: string
  export default url
}

/** Vite gives the text of a file. */
declare module '*?raw' {
  const text: string
  export default text
}
