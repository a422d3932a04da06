/** `llms.txt`, the pages with a sentence each, and `llms-full.txt`, all of them: for tools that read docs as text. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { summaryOf } from './descriptions.js'
import { sidebar } from './sidebar.js'

/** @param url Where the site is, with a slash at its end, or `/`. */
export function writeLlms(sourceFolder: string, outputFolder: string, url: string): void {
  const parts = sidebar.filter(({ text }) => text !== 'Reference')
  const pages = parts.flatMap(({ text, items }) =>
    items.map(({ link }) => {
      const file = `${link === '/' ? 'index' : link.slice(1)}.md`
      return { part: text, file, source: readFileSync(join(sourceFolder, file), 'utf8') }
    }),
  )
  const index = parts.map(({ text }) => {
    const lines = pages
      .filter(({ part }) => part === text)
      .map(({ file, source }) => {
        const { title, description } = summaryOf(source)
        return `- [${title}](${url}${file.replace(/\.md$/, '.html')}): ${description}`
      })
    return `## ${text}\n\n${lines.join('\n')}`
  })
  const intro = '# cognito-auth\n\n> Protects web apps behind an AWS Application Load Balancer with Cognito sign-in.'
  writeFileSync(join(outputFolder, 'llms.txt'), `${[intro, ...index].join('\n\n')}\n`)
  // What only the compiler of the code blocks reads is in comments.
  const full = pages.map(({ source }) => source.replaceAll(/^<!--[\s\S]*?-->\n*/gm, '').trim())
  writeFileSync(join(outputFolder, 'llms-full.txt'), `${full.join('\n\n---\n\n')}\n`)
}
