import { defineAction } from 'astro:actions'

export const server = {
  touch: defineAction({ accept: 'form', handler: () => 'touched' }),
}
