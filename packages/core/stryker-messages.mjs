/** Tells Stryker to leave sentences alone: what a message says is no decision. Codes, reasons and names are one word. */
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin'

/** A text with a space in it; `%j`-like names, URLs and codes have none. */
function isSentence(node) {
  if (node.type === 'StringLiteral') return node.value.includes(' ')
  return node.type === 'TemplateLiteral' && node.quasis.some(({ value }) => value.raw.includes(' '))
}

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'messages', {
    shouldIgnore: ({ node }) => (isSentence(node) ? 'a sentence' : undefined),
  }),
]
