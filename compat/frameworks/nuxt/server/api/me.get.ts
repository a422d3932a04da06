export default defineEventHandler(({ context }) => ({ email: context.user?.email }))
