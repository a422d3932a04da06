/**
 * The script of our pages: new requests as they come, countdowns, copying. Everything works without it.
 *
 * @module
 */

import { createHash } from 'node:crypto'

/** It only takes HTML that {@link html} has escaped, from our own server. */
export const SCRIPT = `
const rows = document.querySelector('#requests tbody')
if (rows) new EventSource('/_local-alb/events').addEventListener('request', ({ data }) => {
  const { id, row } = JSON.parse(data)
  const template = document.createElement('template')
  template.innerHTML = row
  const fresh = template.content.firstElementChild
  const old = document.getElementById('r' + id)
  if (old) old.replaceWith(fresh)
  else rows.prepend(fresh)
  while (rows.children.length > 100) rows.lastElementChild.remove()
  document.querySelector('#none')?.remove()
})
const count = () => {
  for (const node of document.querySelectorAll('[data-until]')) {
    const seconds = Math.round(Number(node.dataset.until) - Date.now() / 1000)
    node.textContent = seconds > 0 ? 'in ' + seconds + ' s' : 'expired ' + -seconds + ' s ago'
  }
}
count()
setInterval(count, 1000)
for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
    button.textContent = 'Copied'
  })
}
`

/** A source of a Content-Security-Policy that allows that text and no other. */
export const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
