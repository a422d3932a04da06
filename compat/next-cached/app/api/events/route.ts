import { connection } from 'next/server'
import { countEvents } from '../../../lib/events'

export async function GET(): Promise<Response> {
  await connection()
  return Response.json(countEvents())
}
