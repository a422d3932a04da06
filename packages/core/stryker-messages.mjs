/** Tells Stryker to leave the sentences of errors and warnings alone: what they say is no decision. Codes and reasons are. */
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin'

const SPEAKERS = /(Error|emitWarning|malformed|optionError)$/
// A reason, a code or a name is one word; a sentence is more.
const isSentence = ({ node }) =>
  node.type === 'TemplateLiteral' || (node.type === 'StringLiteral' && node.value.includes(' '))

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'messages', {
    shouldIgnore(path) {
      if (!isSentence(path)) return undefined
      const call = path.findParent(
        (parent) => parent.isNewExpression() || parent.isCallExpression() || parent.isFunction(),
      )
      const { callee } = call?.node ?? {}
      const name = callee?.name ?? callee?.property?.name ?? ''
      return SPEAKERS.test(name) ? 'the sentence of an error' : undefined
    },
  }),
]
