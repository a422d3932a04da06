/** What a page says of itself to search engines, link previews and `llms.txt`: its first paragraph. */
import { readFileSync } from 'node:fs'

/** Long enough for a sentence or two; search engines cut what is longer. */
const MAX_LENGTH = 200

/** Markdown to plain text: links keep their words, code its letters. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*_]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function shortened(text: string): string {
  if (text.length <= MAX_LENGTH) return text
  const cut = text.slice(0, MAX_LENGTH)
  const sentence = cut.lastIndexOf('. ')
  return sentence > 60 ? cut.slice(0, sentence + 1) : `${cut.slice(0, cut.lastIndexOf(' '))}…`
}

/** Title and first paragraph of a page's source. */
export function summaryOf(source: string): { readonly title: string; readonly description: string } {
  const text = source.replace(/^---\n[\s\S]*?\n---\n/, '').replaceAll(/<!--[\s\S]*?-->/g, '')
  const title = plain(/^# (.+)$/m.exec(text)?.[1] ?? 'cognito-auth')
  const paragraphs = text.replace(/^# .+$/m, '').split(/\n{2,}/)
  const first = paragraphs.map((one) => one.trim()).find((one) => /^[A-Za-z`*[“"]/.test(one) && plain(one).length > 20)
  return { title, description: shortened(plain(first ?? '')) }
}

/** As {@link summaryOf}, of a file. */
export function summaryOfFile(path: string): { readonly title: string; readonly description: string } {
  return summaryOf(readFileSync(path, 'utf8'))
}
