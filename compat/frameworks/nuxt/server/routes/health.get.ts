export default defineEventHandler(({ context }) => ({ user: context.user }))
