'use server'

import { requireGroups, requireUser } from '../../lib/auth'

export async function whoAmI(): Promise<string> {
  return (await requireUser()).email
}

export async function destroy(_state: string): Promise<string> {
  return `destroyed by ${(await requireGroups('admins')).email}`
}
